package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"telltale/internal/pipeline"
)

// settled answers who made box-1 and waits for the end.
func settled(t *testing.T, a *API, s *httptest.Server, maker string) {
	t.Helper()
	v, done, err := a.Work.View()
	if err != nil {
		t.Fatal(err)
	}
	question := ""
	for _, g := range v.Inbox() {
		if qs, _ := v.QuestionsIn(g.Group, 0, 1); g.Fact == "manufacturer" && len(qs) > 0 {
			question = qs[0].ID
		}
	}
	done()
	code, b := send(t, s, "POST", "/api/v1/answers", fmt.Sprintf(`{"answers":[{"question":%q,"value":%q}]}`, question, maker))
	if code != 202 {
		t.Fatalf("answer: %d %s", code, b)
	}
	ended(t, a, into[pipeline.JobInfo](t, b).ID)
}

// A hook for all changes hears of one for the better, too; one for what became restricted does not.
func TestWebhooksHearWhatTheyWant(t *testing.T) {
	a, s := server(t, 0)
	heard := make(chan string, 10)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		heard <- r.URL.Path + " " + into[Message](t, b).Event
	}))
	defer target.Close()
	hooks := fmt.Sprintf(`{"items":[{"url":"%s/all","secret":"a secret of some length"},{"url":"%s/worse","secret":"a secret of some length","restricted":true}]}`, target.URL, target.URL)
	if code, b := send(t, s, "PUT", "/api/v1/webhooks", hooks); code != 204 {
		t.Fatalf("set: %d %s", code, b)
	}
	checked(t, a, s, "")
	settled(t, a, s, "cisco")
	a.hooks.sends.Wait()
	if len(heard) != 1 || <-heard != "/all verdict.changed" {
		t.Errorf("%d messages of a change for the better, want one to all", len(heard))
	}
}

// A hook that leads to this machine is not called, whether by its address, by a name, or by a redirect.
func TestWebhooksAreKeptOut(t *testing.T) {
	a, s := server(t, 0)
	checked(t, a, s, "")
	calls := atomic.Int32{}
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer inside.Close()
	outside := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer outside.Close()
	strict := newHooks(a.House, false)
	defer strict.close()
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	for _, address := range []string{inside.URL, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port, "http://2130706433:" + port} {
		if err := strict.send(Hook{URL: address, Secret: "a secret of some length"}, []byte("{}")); err == nil {
			t.Errorf("%s was called", address)
		}
	}
	if err := a.hooks.send(Hook{URL: outside.URL, Secret: "a secret of some length"}, []byte("{}")); err == nil {
		t.Error("a redirect counts as taken")
	}
	if err := strict.send(Hook{URL: inside.URL + "/services/very-secret", Secret: "a secret of some length"}, nil); err == nil || strings.Contains(err.Error(), "very-secret") {
		t.Errorf("what goes to the log: %v", err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("the inside was called %d times", n)
	}
	for _, bad := range []string{"file:///etc/passwd", "gopher://x/", "http://user:pass@example.org/", "//example.org", "http://", "javascript:1"} {
		if code, b := send(t, s, "PUT", "/api/v1/webhooks", fmt.Sprintf(`{"items":[{"url":%q,"secret":"a secret of some length"}]}`, bad)); code != 400 {
			t.Errorf("the hook %s: %d %s", bad, code, b)
		}
	}
}

// Events come while a job runs, each with the job as it stands, the last when it has ended.
func TestEventsFollowAJob(t *testing.T) {
	a, s := server(t, 0)
	var rows strings.Builder
	rows.WriteString("Name,Manufacturer,Model,Serial Number\n")
	for i := range 5_000 {
		fmt.Fprintf(&rows, "olt-%d,Huawei,MA5800-X7,SN%08d\n", i, i)
	}
	_, b := send(t, s, "POST", "/api/v1/uploads?name=many.csv", rows.String(), "Content-Type", "text/csv")
	_, b = send(t, s, "POST", "/api/v1/checks", fmt.Sprintf(`{"uploads":[%q]}`, into[pipeline.Upload](t, b).ID))
	job := into[pipeline.JobInfo](t, b)
	_, b = send(t, s, "GET", "/api/v1/jobs/"+job.ID+"/events", "")
	events := strings.Split(strings.TrimSpace(string(b)), "\n\n")
	for i, e := range events {
		name, data, _ := strings.Cut(e, "\ndata: ")
		last := i == len(events)-1
		if strings.HasPrefix(e, ":") {
			continue
		}
		x := into[pipeline.JobInfo](t, []byte(data))
		if x.ID != job.ID || (name == "event: end") != last || x.State.Ended() != last {
			t.Errorf("event %d of %d: %.200s", i, len(events), e)
		}
	}
	if len(events) < 2 {
		t.Errorf("%d events of a check of 5,000 rows, want progress: %s", len(events), b)
	}
	if end := ended(t, a, job.ID); end.Ended == nil || end.Ended.Before(job.Asked) || time.Since(*end.Ended) < 0 {
		t.Errorf("ended: %+v", end)
	}
}
