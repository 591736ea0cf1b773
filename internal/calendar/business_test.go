package calendar

import "testing"

func TestBusinessDays(t *testing.T) {
	for _, c := range []struct {
		name string
		h    Holidays
		from string
		n    int
		want string
	}{
		{"Tuesday", USFederal, "2023-05-09", 1, "2023-05-10"},
		{"Friday to Monday", USFederal, "2026-11-20", 1, "2026-11-23"},
		{"over Independence Day", USFederal, "2024-07-03", 1, "2024-07-05"},
		{"over Thanksgiving", USFederal, "2026-11-25", 1, "2026-11-27"},
		{"holiday on a Saturday is kept on Friday", USFederal, "2026-07-02", 1, "2026-07-06"},
		{"New Year kept in the old year", USFederal, "2021-12-30", 1, "2022-01-03"},
		{"Juneteenth since 2021", USFederal, "2023-06-16", 1, "2023-06-20"},
		{"ten days", USFederal, "2024-07-05", 10, "2024-07-19"},
		{"Easter in England", UK, "2026-04-02", 1, "2026-04-07"},
		{"Christmas on a Saturday", UK, "2021-12-24", 1, "2021-12-29"},
		{"Christmas on a Sunday", UK, "2022-12-23", 1, "2022-12-28"},
		{"coronation", UK, "2023-05-05", 1, "2023-05-09"},
		{"no calendar", NoHolidays, "2024-07-03", 1, "2024-07-04"},
	} {
		from, err := Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.h.AddBusinessDays(from, c.n).String(); got != c.want {
			t.Errorf("%s: %s + %d = %s, want %s", c.name, c.from, c.n, got, c.want)
		}
	}
}
