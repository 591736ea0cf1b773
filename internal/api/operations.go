package api

import (
	"net/http"

	"telltale/internal/browse"
	"telltale/internal/people"
	"telltale/internal/pipeline"
	"telltale/internal/report"
)

// Parameters that several operations share.
var (
	pQuery = param{Name: "q", Type: "string", Text: "query: words and FIELD:VALUE; /api/v1/fields lists the fields"}
	pAfter = param{Name: "after", Type: "string", Text: "next of the page before"}
	pLimit = param{Name: "limit", Type: "integer", Text: "rows wanted, 1 to 500"}
	pID    = param{Name: "id", Type: "string", Text: "ID, 20 hex digits"}
)

func pOrder(orders []string) param {
	all := []string{}
	for _, o := range orders {
		all = append(all, o, "-"+o)
	}
	return param{Name: "order", Type: "string", Text: "order of the list; with - the contrary", Enum: all}
}

// Asked is the body of a check.
type Asked struct {
	Uploads []string          `json:"uploads"`
	Profile string            `json:"profile,omitempty"`
	Act     string            `json:"act,omitempty"`
	AsOf    string            `json:"as_of,omitempty"`
	Map     map[string]string `json:"map,omitempty"`
	All     bool              `json:"all,omitempty"`
	Title   string            `json:"title,omitempty"`
}

// Answers is the body of answers.
type Answers struct {
	Answers []GivenAnswer `json:"answers"`
}

// GivenAnswer is one answer.
type GivenAnswer struct {
	Question string `json:"question"`
	Value    string `json:"value"`
	Reason   string `json:"reason,omitempty"`
	Until    string `json:"until,omitempty"`
}

// WantedToken is the body of a new token.
type WantedToken struct {
	Title string `json:"title"`
	Role  string `json:"role"`
	Days  int    `json:"days"`
}

// MadeToken is a new token. Secret is shown once.
type MadeToken struct {
	Secret string `json:"secret"`
}

// Account is the body of an account. An empty password leaves the one there is.
type Account struct {
	Role     string `json:"role"`
	Password string `json:"password,omitempty"`
}

// List is a list without pages.
type List[T any] struct {
	Items []T `json:"items"`
}

// Lines is one page of the record; Next goes on, 0 at its end.
type Lines struct {
	Items []people.Record `json:"items"`
	Next  int64           `json:"next,omitempty"`
}

// Text is a text as such.
type Text struct {
	Text string `json:"text"`
}

// operations are all that the API does: routes and document are made of them.
func (a *API) operations() []operation {
	return append(a.reading(), a.doing()...)
}

func (a *API) reading() []operation {
	const get = http.MethodGet
	list := []param{pQuery, pAfter, pLimit}
	return []operation{
		{Method: get, Path: "/api/openapi.json", ID: "document", Summary: "This document", Type: "application/json", raw: a.openapi},
		{Method: get, Path: "/healthz", ID: "health", Summary: "The server runs", Type: "text/plain", raw: a.health},
		{Method: get, Path: "/readyz", ID: "ready", Summary: "The server has a result to show", Type: "text/plain", raw: a.ready},
		{Method: get, Path: "/metrics", ID: "metrics", Summary: "Metrics in Prometheus' text form", Role: people.Viewer, Type: "text/plain", raw: a.showMetrics},
		{Method: get, Path: "/api/v1/summary", ID: "summary", Summary: "The small part of the current result: summary, groups, next tests, coverage", Role: people.Viewer, Reply: report.Head{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return v.Head(), nil })},
		{Method: get, Path: "/api/v1/fields", ID: "fields", Summary: "The fields of the query language", Role: people.Viewer, Reply: List[browse.Field]{}, run: func(*call) (any, error) { return List[browse.Field]{browse.Fields()}, nil }},
		{Method: get, Path: "/api/v1/assets", ID: "assets", Summary: "Assets that a query finds", Role: people.Viewer, Params: append(list[:3:3], pOrder(browse.AssetOrders)), Reply: pipeline.Paged[pipeline.AssetItem]{}, run: a.view(listAssets)},
		{Method: get, Path: "/api/v1/assets/facets", ID: "asset_facets", Summary: "Assets that a query finds, counted", Role: people.Viewer, Params: []param{pQuery}, Reply: List[browse.Facet]{}, run: a.view(assetFacets)},
		{Method: get, Path: "/api/v1/assets/{id}", ID: "asset", Summary: "One asset with its findings, claims and observations", Role: people.Viewer, Params: []param{pID}, Reply: report.Explanation{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return v.Asset(c.PathValue("id")) })},
		{Method: get, Path: "/api/v1/findings", ID: "findings", Summary: "Findings that a query finds", Role: people.Viewer, Params: append(list[:3:3], pOrder(browse.FindingOrders)), Reply: pipeline.Paged[pipeline.FindingItem]{}, run: a.view(listFindings)},
		{Method: get, Path: "/api/v1/findings/facets", ID: "finding_facets", Summary: "Findings that a query finds, counted", Role: people.Viewer, Params: []param{pQuery}, Reply: List[browse.Facet]{}, run: a.view(findingFacets)},
		{Method: get, Path: "/api/v1/findings/{id}", ID: "finding", Summary: "One finding with its asset, claims and observations", Role: people.Viewer, Params: []param{pID}, Reply: report.Explanation{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return v.Finding(c.PathValue("id")) })},
		{Method: get, Path: "/api/v1/timeline", ID: "timeline", Summary: "Deadlines, nearest first", Role: people.Viewer, Reply: List[browse.Deadline]{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return List[browse.Deadline]{v.Timeline()}, nil })},
		{Method: get, Path: "/api/v1/inbox", ID: "inbox", Summary: "Open questions in groups", Role: people.Viewer, Reply: List[browse.Questions]{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return List[browse.Questions]{v.Inbox()}, nil })},
		{Method: get, Path: "/api/v1/inbox/{group}", ID: "questions", Summary: "Questions of one group", Role: people.Viewer, Params: []param{{Name: "group", Type: "integer", Text: "group of the inbox"}, {Name: "from", Type: "integer", Text: "position to begin at"}, pLimit}, Reply: pipeline.Paged[browse.Question]{}, run: a.view(questions)},
		{Method: get, Path: "/api/v1/changes", ID: "changes", Summary: "What changed since the result before; null when there was none", Role: people.Viewer, Reply: &pipeline.Changes{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return v.Changes() })},
		{Method: get, Path: "/api/v1/results", ID: "results", Summary: "The results kept, newest first", Role: people.Viewer, Reply: List[pipeline.ResultInfo]{}, run: func(*call) (any, error) { return List[pipeline.ResultInfo]{a.Work.Results()}, nil }},
		{Method: get, Path: "/api/v1/export", ID: "export", Summary: "A list to hand over", Role: people.Viewer, Type: "application/octet-stream", Params: []param{pQuery, {Name: "list", Type: "string", Text: "what", Enum: []string{"findings", "assets"}}, {Name: "format", Type: "string", Text: "form", Enum: []string{"csv", "xlsx", "json", "jsonl"}}}, raw: a.export},
		{Method: get, Path: "/api/v1/ask", ID: "ask", Summary: "Ask about a MAC, model, FCC ID, serial, name, IP, AS number or product lines: the document of a check", Role: people.Viewer, Type: "application/json", Params: []param{{Name: "q", Type: "string", Text: "the question"}, {Name: "profile", Type: "string", Text: "built-in profile judged for"}}, raw: a.ask},
		{Method: get, Path: "/api/v1/law", ID: "laws", Summary: "The instruments of law, by ID", Role: people.Viewer, Reply: List[Regime]{}, run: a.laws},
		{Method: get, Path: "/api/v1/law/days", ID: "law_days", Summary: "Days on which law changes or falls due, from the first day to the last", Role: people.Viewer, Params: []param{{Name: "from", Type: "string", Text: "first day, YYYY-MM-DD; a year before to by default"}, {Name: "to", Type: "string", Text: "last day; today by default"}, {Name: "profile", Type: "string", Text: "only what can bind this built-in profile"}}, Reply: List[pipeline.LawDay]{}, run: a.lawDays},
		{Method: get, Path: "/api/v1/organisations", ID: "organisations", Summary: "Organisations that a text names, or all that stand under an instrument", Role: people.Viewer, Params: []param{{Name: "q", Type: "string", Text: "a name, or part of one"}}, Reply: List[Organisation]{}, run: a.organisations},
		{Method: get, Path: "/api/v1/organisations/{id}", ID: "organisation", Summary: "One organisation: names, identifiers, brands, owners and what it counts with on a day", Role: people.Viewer, Params: []param{{Name: "id", Type: "string", Text: "ID or name"}, {Name: "as_of", Type: "string", Text: "the day, YYYY-MM-DD; today by default"}}, Reply: pipeline.OrgView{}, run: a.organisation},
		{Method: get, Path: "/api/v1/topology", ID: "topology", Summary: "Which things of the current result are joined, and how that is known", Role: people.Viewer, Reply: report.Topology{}, run: a.view(func(v *pipeline.View, c *call) (any, error) { return wrong(a.topology(v)) })},
		{Method: get, Path: "/api/v1/reconcile", ID: "reconcile", Summary: "What paper says against what the network shows, in the current result", Role: people.Viewer, Params: []param{{Name: "since", Type: "string", Text: "only moves and departures from this day on, YYYY-MM-DD"}}, Reply: report.Reconciliation{}, run: a.reconcile},
		{Method: get, Path: "/api/v1/data", ID: "data", Summary: "The data in use, and those that a rollback brings back", Role: people.Viewer, Reply: DataInUse{}, run: a.data},
		{Method: get, Path: "/api/v1/jobs/{id}/compared", ID: "compared", Summary: "What a comparison found", Role: people.Viewer, Params: []param{pID}, Reply: pipeline.Compared{}, run: func(c *call) (any, error) { return wrong(a.Work.Compared(c.PathValue("id"))) }},
		{Method: get, Path: "/api/v1/jobs/{id}/firmware", ID: "inspected", Summary: "The report of firmware images that a job opened", Role: people.Viewer, Type: "application/octet-stream", Params: []param{pID, {Name: "format", Type: "string", Text: "form; json by default", Enum: []string{"json", "html", "sarif", "cyclonedx"}}}, raw: a.inspected},
		{Method: get, Path: "/api/v1/law/{id}", ID: "law", Summary: "One instrument as its file has it", Role: people.Viewer, Params: []param{{Name: "id", Type: "string", Text: "ID of the instrument"}}, Reply: Text{}, run: a.law},
		{Method: get, Path: "/api/v1/jobs", ID: "jobs", Summary: "Checks and answers in the making and lately ended", Role: people.Viewer, Reply: List[pipeline.JobInfo]{}, run: func(*call) (any, error) { return List[pipeline.JobInfo]{a.Work.Jobs()}, nil }},
		{Method: get, Path: "/api/v1/jobs/{id}", ID: "job", Summary: "One job", Role: people.Viewer, Params: []param{pID}, Reply: pipeline.JobInfo{}, run: a.job},
		{Method: get, Path: "/api/v1/jobs/{id}/events", ID: "job_events", Summary: "A job as it goes on, as server-sent events", Role: people.Viewer, Type: "text/event-stream", Params: []param{pID}, raw: a.events},
		{Method: get, Path: "/api/v1/tokens", ID: "tokens", Summary: "Your tokens", Role: people.Viewer, Reply: List[people.Token]{}, run: a.tokens},
		{Method: get, Path: "/api/v1/people", ID: "people", Summary: "The accounts", Role: people.Admin, Reply: List[people.Person]{}, run: a.people},
		{Method: get, Path: "/api/v1/record", ID: "record", Summary: "Who saw, answered and exported what, newest first", Role: people.Admin, Params: []param{{Name: "before", Type: "integer", Text: "next of the page before"}, pLimit}, Reply: Lines{}, run: a.record},
		{Method: get, Path: "/api/v1/webhooks", ID: "webhooks", Summary: "The webhooks set, without their secrets", Role: people.Admin, Reply: List[Hook]{}, run: a.showHooks},
	}
}

func (a *API) doing() []operation {
	const post, put, remove = http.MethodPost, http.MethodPut, http.MethodDelete
	return []operation{
		{Method: post, Path: "/api/v1/uploads", ID: "upload", Summary: "Hand in a file; name it with ?name=", Role: people.Analyst, Params: []param{{Name: "name", Type: "string", Text: "what the file is called"}}, File: true, Reply: pipeline.Upload{}, Status: 201, run: a.upload},
		{Method: post, Path: "/api/v1/checks", ID: "check", Summary: "Check uploads", Role: people.Analyst, Body: Asked{}, Reply: pipeline.JobInfo{}, Status: 202, Repeat: true, run: a.check},
		{Method: post, Path: "/api/v1/answers", ID: "answer", Summary: "Answer questions and judge anew", Role: people.Analyst, Body: Answers{}, Reply: pipeline.JobInfo{}, Status: 202, Repeat: true, run: a.answer},
		{Method: post, Path: "/api/v1/screen", ID: "screen", Summary: "Compare names of suppliers with listed organisations and those they count with", Role: people.Viewer, Body: Screen{}, Reply: pipeline.Screening{}, run: a.screen},
		{Method: post, Path: "/api/v1/comparisons", ID: "compare", Summary: "Judge the things of the current result as of two days: whose verdict the law changes in between", Role: people.Analyst, Body: Days{}, Reply: pipeline.JobInfo{}, Status: 202, Repeat: true, run: a.compare},
		{Method: post, Path: "/api/v1/firmware", ID: "inspect", Summary: "Open firmware images among the uploads", Role: people.Analyst, Body: Images{}, Reply: pipeline.JobInfo{}, Status: 202, Repeat: true, run: a.inspect},
		{Method: post, Path: "/api/v1/data/bundles", ID: "compare_bundle", Summary: "Compare a signed bundle of data with those in use; nothing is taken in", Role: people.Admin, Params: []param{{Name: "key", Type: "string", Text: "public key that signs it, where none is trusted yet"}}, File: true, Reply: pipeline.JobInfo{}, Status: 202, run: a.compareBundle},
		{Method: post, Path: "/api/v1/jobs/{id}/take", ID: "take_data", Summary: "Use the bundle that a job compared from now on, and judge the current result anew; null where there is none", Role: people.Admin, Params: []param{pID}, Reply: &pipeline.JobInfo{}, Status: 202, run: a.takeData},
		{Method: post, Path: "/api/v1/data/rollback", ID: "roll_back_data", Summary: "Go back to the data in use before, whose version the body names, and judge anew", Role: people.Admin, Body: Rollback{}, Reply: &pipeline.JobInfo{}, Status: 202, run: a.rollBack},
		{Method: remove, Path: "/api/v1/jobs/{id}", ID: "cancel", Summary: "Stop a job", Role: people.Analyst, Params: []param{pID}, Status: 204, run: a.cancel},
		{Method: post, Path: "/api/v1/tokens", ID: "new_token", Summary: "Make a token for a program", Role: people.Viewer, Body: WantedToken{}, Reply: MadeToken{}, Status: 201, run: a.newToken},
		{Method: remove, Path: "/api/v1/tokens/{id}", ID: "revoke_token", Summary: "Revoke one of your tokens", Role: people.Viewer, Params: []param{pID}, Status: 204, run: a.revokeToken},
		{Method: put, Path: "/api/v1/people/{name}", ID: "put_person", Summary: "Make or change an account", Role: people.Admin, Params: []param{{Name: "name", Type: "string", Text: "name of the account"}}, Body: Account{}, Status: 204, run: a.putPerson},
		{Method: remove, Path: "/api/v1/people/{name}", ID: "remove_person", Summary: "Remove an account", Role: people.Admin, Params: []param{{Name: "name", Type: "string", Text: "name of the account"}}, Status: 204, run: a.removePerson},
		{Method: put, Path: "/api/v1/webhooks", ID: "set_webhooks", Summary: "Set the webhooks, all at once", Role: people.Admin, Body: List[Hook]{}, Status: 204, run: a.setHooks},
		{Method: post, Path: "/api/mcp", ID: "mcp", Summary: "Model Context Protocol, streamable HTTP: read-only tools", Role: people.Viewer, Body: rpcRequest{}, Type: "application/json", raw: a.mcp},
	}
}
