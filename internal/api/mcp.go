package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"telltale/internal/browse"
	"telltale/internal/calendar"
	"telltale/internal/people"
	"telltale/internal/reconcile"
	"telltale/internal/report"
)

// rpcRequest is a request of JSON-RPC 2.0.
type rpcRequest struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

const mcpVersion = "2025-06-18"

// tool is one thing an assistant may ask for. No tool changes anything.
type tool struct {
	name, text, argument, meaning string
	run                           func(ctx context.Context, argument string) (any, error)
}

func (a *API) tools() []tool {
	list := func(show func(q browse.Query) (any, error)) func(context.Context, string) (any, error) {
		return func(_ context.Context, s string) (any, error) {
			q, err := browse.Parse(s)
			if err != nil {
				return nil, err
			}
			return show(q)
		}
	}
	return []tool{
		{"ask", "Who made a thing and what law says of it: a MAC address, model, FCC ID, serial, supplier, IP, AS number or product line.", "text", "the question", a.askTool},
		{"find_assets", "Assets of the current result that a query finds, at most 20, with the total.", "query", `words and FIELD:VALUE, such as maker:huawei verdict:prohibited site:"North Hill"`, list(func(q browse.Query) (any, error) {
			v, done, err := a.Work.View()
			if err != nil {
				return nil, err
			}
			defer done()
			return wrong(v.Assets(q, browse.Page{Limit: 20}))
		})},
		{"find_findings", "Findings of the current result that a query finds, at most 20, with the total.", "query", "words and FIELD:VALUE, such as verdict:undetermined regime:us-fcc-54-9 due:<2027-01-01", list(func(q browse.Query) (any, error) {
			v, done, err := a.Work.View()
			if err != nil {
				return nil, err
			}
			defer done()
			return wrong(v.Findings(q, browse.Page{Limit: 20}))
		})},
		{"explain", "The whole chain behind a finding or asset: law, elements, claims, raw observations.", "id", "ID of a finding or asset, 20 hex digits", a.explainTool},
		{"law_show", "One instrument of law as its file has it, with provisions, dates and citations.", "id", "ID of the instrument, such as us-fcc-54-9", func(_ context.Context, id string) (any, error) { return wrong(a.lawText(id)) }},
		{"reconcile", "Paper against the network, of the current result: the counts, and at most 20 things of one kind with their total.", "kind", "one of " + strings.Join(kindsOfLines(), ", ") + "; empty for the counts alone", a.reconcileTool},
	}
}

// linesOf are the kinds of lines an assistant asks for.
var linesOf = map[string]func(*reconcile.Line) bool{
	"differ":       func(l *reconcile.Line) bool { return len(l.Differences) > 0 },
	"never_seen":   (*reconcile.Line).NeverSeen,
	"never_bought": (*reconcile.Line).NeverBought,
	"moved":        func(l *reconcile.Line) bool { return len(l.Moves) > 0 },
	"gone":         func(l *reconcile.Line) bool { return l.Gone != nil },
	"not_looked":   (*reconcile.Line).NotLookedAt,
}

func kindsOfLines() []string { return slices.Sorted(maps.Keys(linesOf)) }

// Reconciled is what an assistant is told of paper and network.
type Reconciled struct {
	Summary reconcile.Summary `json:"summary"`
	Notes   []string          `json:"notes,omitempty"`
	Total   int               `json:"total"` // lines of the kind asked for
	Lines   []reconcile.Line  `json:"lines"`
}

func (a *API) reconcileTool(ctx context.Context, kind string) (any, error) {
	is := linesOf[kind]
	if is == nil && kind != "" {
		return nil, problem{Status: http.StatusBadRequest, Title: "kind: want one of " + strings.Join(kindsOfLines(), ", ")}
	}
	r, err := a.Work.Reconcile(ctx, calendar.NoDate)
	if err != nil {
		return nil, err
	}
	out := Reconciled{Summary: r.Summary, Notes: r.Notes, Lines: []reconcile.Line{}}
	for i := range r.Lines {
		if is == nil || !is(&r.Lines[i]) {
			continue
		}
		if out.Total++; out.Total <= 20 {
			out.Lines = append(out.Lines, r.Lines[i])
		}
	}
	return out, nil
}

func (a *API) askTool(ctx context.Context, s string) (any, error) {
	f, err := a.asked(ctx, s, "")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if err := report.JSON(&b, f); err != nil {
		return nil, err
	}
	return json.RawMessage(b.Bytes()), nil
}

func (a *API) explainTool(_ context.Context, id string) (any, error) {
	v, done, err := a.Work.View()
	if err != nil {
		return nil, err
	}
	defer done()
	if _, ok := v.FindingNumber(id); ok {
		return wrong(v.Finding(id))
	}
	return wrong(v.Asset(id))
}

// mcp answers one message of the streamable HTTP transport. There are no
// sessions and no streams: every answer is one JSON object.
func (a *API) mcp(c *call) error {
	var r rpcRequest
	if err := json.Unmarshal(c.body, &r); err != nil || r.JSONRPC != "2.0" || r.Method == "" {
		return c.rpc(nil, nil, &rpcError{-32600, "want one JSON-RPC 2.0 request"}, http.StatusBadRequest)
	}
	if len(r.ID) == 0 || string(r.ID) == "null" {
		c.w.WriteHeader(http.StatusAccepted) // a notification
		return nil
	}
	switch r.Method {
	case "initialize":
		return c.rpc(r.ID, object{"protocolVersion": mcpVersion, "capabilities": object{"tools": object{}}, "serverInfo": object{"name": "telltale", "version": a.Version},
			"instructions": "Answers rest on evidence: undetermined is not permitted, and not seen is not no. Nothing here is legal advice."}, nil, http.StatusOK)
	case "ping":
		return c.rpc(r.ID, object{}, nil, http.StatusOK)
	case "tools/list":
		ts := []object{}
		for _, t := range a.tools() {
			ts = append(ts, object{"name": t.name, "description": t.text, "annotations": object{"readOnlyHint": true, "openWorldHint": false},
				"inputSchema": object{"type": "object", "required": []string{t.argument}, "properties": object{t.argument: object{"type": "string", "description": t.meaning}}}})
		}
		return c.rpc(r.ID, object{"tools": ts}, nil, http.StatusOK)
	case "tools/call":
		return a.callTool(c, &r)
	}
	return c.rpc(r.ID, nil, &rpcError{-32601, "no such method"}, http.StatusOK)
}

func (a *API) callTool(c *call, r *rpcRequest) error {
	var p struct {
		Name      string            `json:"name"`
		Arguments map[string]string `json:"arguments"`
	}
	if err := json.Unmarshal(r.Params, &p); err != nil {
		return c.rpc(r.ID, nil, &rpcError{-32602, "params: want name and arguments, which are texts"}, http.StatusOK)
	}
	for _, t := range a.tools() {
		if t.name != p.Name {
			continue
		}
		people.Tell(c.Context(), t.name+" "+p.Arguments[t.argument])
		v, err := t.run(c.Context(), p.Arguments[t.argument])
		if err != nil {
			return c.rpc(r.ID, object{"isError": true, "content": []object{{"type": "text", "text": err.Error()}}}, nil, http.StatusOK)
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return c.rpc(r.ID, object{"content": []object{{"type": "text", "text": string(b)}}}, nil, http.StatusOK)
	}
	return c.rpc(r.ID, nil, &rpcError{-32602, fmt.Sprintf("no tool is called %q", p.Name)}, http.StatusOK)
}

func (c *call) rpc(id json.RawMessage, result any, e *rpcError, code int) error {
	out := object{"jsonrpc": "2.0", "id": id}
	if e != nil {
		out["error"] = e
	} else {
		out["result"] = result
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(code)
	return json.NewEncoder(c.w).Encode(out)
}
