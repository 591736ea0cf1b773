package law

import "telltale/internal/calendar"

// Count returns the day on which a clock that started on the day runs out.
// The starting day does not count.
func (c *Clock) Count(start calendar.Date) calendar.Date {
	if c.BusinessDays > 0 {
		return calendar.Holidays(c.Calendar).AddBusinessDays(start, c.BusinessDays)
	}
	return start + calendar.Date(c.Days)
}
