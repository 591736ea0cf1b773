package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// team opens a tab on a server with accounts of each role.
func team(t *testing.T) *tab {
	t.Helper()
	work := testWork(t)
	handIn(t, work, register(t))
	return teamOn(t, work)
}

// teamOn opens a tab on a server over a workspace, with an account of each role.
func teamOn(t testing.TB, work *pipeline.Workspace) *tab {
	t.Helper()
	house, err := people.Open(context.Background(), people.Options{Dir: t.TempDir(), PerMinute: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { house.Close() })
	for _, r := range allRoles {
		if err := house.Put(context.Background(), "the-"+string(r), r, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
	}
	c := testConfig(work)
	c.House = house
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return openOn(t, work, house.Guard(h))
}

func (b *tab) login(name string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + "/findings?q=verdict:prohibited"))
	b.until(`location.pathname === "/login" && document.querySelector("#password") !== null`)
	b.write("#name", name)
	b.write("#password", "correct horse battery\r")
	b.until(`location.pathname === "/findings" && location.search.includes("prohibited")`)
}

func TestLoginRolesLogout(t *testing.T) {
	b := team(t)
	b.login("the-viewer")
	if s := b.text(".who"); !strings.Contains(s, "the-viewer, viewer") {
		t.Errorf("the head does not say who is logged in: %s", s)
	}
	b.goTo("/check")
	if s := b.text("#main"); !strings.Contains(s, "not check files") {
		t.Errorf("a viewer is offered to check files: %s", s)
	}
	b.click(".who button")
	b.until(`location.pathname === "/login"`)
	b.login("the-admin")
	b.goTo("/people")
	b.write("#name", "newcomer")
	b.write("#password", "another long password\r")
	b.until(`location.search.includes("done=newcomer") && document.querySelector("table").innerText.includes("newcomer")`)
	b.goTo("/account")
	b.write("#title", "nightly import\r")
	b.until(`document.querySelector("[data-secret]")?.textContent.startsWith("telltale_")`)
	b.goTo("/record")
	if s := b.text("#main"); !strings.Contains(s, "logged in") || !strings.Contains(s, "the-viewer") {
		t.Errorf("the record does not tell who logged in: %s", s)
	}
	q, page := openQuestion(t, b.work, "certification_start")
	b.goTo(page)
	b.write("#v-"+q, "2020-01-01\r")
	b.until(`location.pathname.startsWith("/job/") && document.body.innerText.includes("What changed")`)
	b.click(".who button")
	b.until(`location.pathname === "/login"`)
}

func TestTeamPagesNeedARole(t *testing.T) {
	work := testWork(t)
	house, err := people.Open(context.Background(), people.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { house.Close() })
	c := testConfig(work)
	c.House = house
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		url  string
		who  people.Who
		code int
	}{
		{"/people", people.Who{Name: "v", Role: people.Viewer, CSRF: "x"}, 403},
		{"/people", people.Who{Name: "a", Role: people.Analyst, CSRF: "x"}, 403},
		{"/people", people.Who{Name: "m", Role: people.Admin, CSRF: "x"}, 200},
		{"/record", people.Who{Name: "a", Role: people.Analyst, CSRF: "x"}, 403},
		{"/record?format=csv", people.Who{Name: "m", Role: people.Admin, CSRF: "x"}, 200},
		{"/account", people.Who{Name: "v", Role: people.Viewer, CSRF: "x"}, 200},
		{"/people", people.Who{Name: "l", Role: people.Admin, Local: true}, 404},
	} {
		if got := getAs(h, x.url, x.who).Code; got != x.code {
			t.Errorf("%s as %s: code %d, want %d", x.url, x.who.Role, got, x.code)
		}
	}
	if got := get(t, h, "/people").Code; got != 403 {
		t.Errorf("/people as nobody: code %d, want 403", got)
	}
}

func getAs(h http.Handler, url string, who people.Who) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", url, nil)
	h.ServeHTTP(w, r.WithContext(people.As(r.Context(), who)))
	return w
}
