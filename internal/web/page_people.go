package web

import (
	"cmp"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"time"

	"telltale/internal/people"
)

// peoplePage is the accounts, for admins.
type peoplePage struct {
	People []people.Person
	Roles  []people.Role
	Done   string
}

// accountPage is what one person may do with the own account.
type accountPage struct {
	Tokens []people.Token
	Roles  []people.Role
	// Secret is a token just made, shown once.
	Secret string
}

// recordPage is who saw, answered and exported what.
type recordPage struct {
	Records []people.Record
	Next    int64
}

var allRoles = []people.Role{people.Viewer, people.Analyst, people.Admin}

// team lets those of a role through, and nobody where nobody logs in.
func (s *site) team(role people.Role, page http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who := people.Of(r.Context())
		switch {
		case s.House == nil || who.Local:
			s.fail(w, r, http.StatusNotFound, fault{Message: "This server has one user and no accounts.", Remedy: "Start it with --team DIR for accounts, roles and a record of who did what."})
		case !who.Role.Has(role):
			s.fail(w, r, http.StatusForbidden, fault{Message: "This page needs the role of an " + string(role) + ".", Remedy: "Ask an administrator."})
		default:
			page(w, r)
		}
	}
}

func (s *site) people(w http.ResponseWriter, r *http.Request) {
	ps, err := s.House.People(r.Context())
	if err != nil {
		s.missing(w, r, err)
		return
	}
	if s.export(w, r, "people", []string{"name", "role", "provider", "made"}, each(ps, func(p *people.Person) []string {
		return []string{p.Name, string(p.Role), strconv.FormatBool(p.OIDC), p.Made.Format(time.RFC3339)}
	})) {
		return
	}
	s.show(w, r, http.StatusOK, "people", view{Title: "People", Nav: "people", Body: peoplePage{ps, allRoles, clip(100, r.URL.Query().Get("done"))}})
}

// putPerson makes or changes an account, or removes it.
func (s *site) putPerson(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	name := r.PostFormValue("name")
	people.Tell(r.Context(), name+", "+cmp.Or(r.PostFormValue("do"), r.PostFormValue("role")))
	var err error
	if r.PostFormValue("do") == "remove" {
		if name == people.Of(r.Context()).Name {
			err = errors.New("you cannot remove your own account: another administrator must stay to do it")
		} else {
			err = s.House.Remove(r.Context(), name)
		}
	} else {
		err = s.House.Put(r.Context(), name, people.Role(r.PostFormValue("role")), r.PostFormValue("password"))
	}
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, fault{Message: err.Error(), Remedy: "Go back and correct it.", Link: "/people", LinkText: "People"})
		return
	}
	http.Redirect(w, r, "/people?"+query("done", name), http.StatusSeeOther)
}

func (s *site) account(w http.ResponseWriter, r *http.Request) { s.showAccount(w, r, "") }

func (s *site) showAccount(w http.ResponseWriter, r *http.Request, secret string) {
	ts, err := s.House.Tokens(r.Context(), people.Of(r.Context()).Name)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "account", view{Title: "Your account", Nav: "account", Body: accountPage{ts, allRoles, secret}})
}

// token makes or revokes a token of the person who asks.
func (s *site) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	who, secret := people.Of(r.Context()), ""
	var err error
	if id := r.PostFormValue("revoke"); id != "" {
		err = s.House.RevokeToken(r.Context(), who.Name, id)
	} else {
		people.Tell(r.Context(), r.PostFormValue("title")+", "+r.PostFormValue("role"))
		days, _ := strconv.Atoi(r.PostFormValue("days")) // 0 is refused with the range that is allowed
		secret, err = s.House.NewToken(r.Context(), who, r.PostFormValue("title"), people.Role(r.PostFormValue("role")), days)
	}
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, fault{Message: err.Error(), Remedy: "Go back and correct it.", Link: "/account", LinkText: "Your account"})
		return
	}
	s.showAccount(w, r, secret)
}

func (s *site) record(w http.ResponseWriter, r *http.Request) {
	if s.export(w, r, "record", []string{"at", "name", "act", "about", "status", "address"}, s.allRecords(r)) {
		return
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // 0 is the newest
	rs, next, err := s.House.Records(r.Context(), before, pageSize)
	if err != nil {
		s.missing(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "record", view{Title: "Record", Nav: "record", Body: recordPage{rs, next}})
}

func (s *site) allRecords(r *http.Request) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for before := int64(0); ; {
			rs, next, err := s.House.Records(r.Context(), before, 1000)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range rs {
				if !yield([]string{x.At.Format(time.RFC3339), x.Name, x.Act, x.About, strconv.Itoa(x.Status), x.Address}, nil) {
					return
				}
			}
			if before = next; before == 0 {
				return
			}
		}
	}
}
