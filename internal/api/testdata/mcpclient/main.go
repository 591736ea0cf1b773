// Command mcpclient asks a server of the Model Context Protocol as an assistant
// does, with the client of the protocol's own project: what tools there are, and
// each named call. It prints one JSON object; TestMCPWithAClientOfOthers runs it
// with the modules of .ci/tools.mod.
//
//	mcpclient URL TOKEN '{"name":"ask","arguments":{"text":"..."}}' ...
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, token string, calls []string) error {
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	s, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: bearer(token)}}, nil)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer s.Close()
	out := map[string]any{"server": s.InitializeResult().ServerInfo}
	tools, err := s.ListTools(ctx, nil)
	if err != nil {
		return fmt.Errorf("list tools: %w", err)
	}
	out["tools"] = tools.Tools
	answers := []*mcp.CallToolResult{}
	for _, c := range calls {
		p := &mcp.CallToolParams{}
		if err := json.Unmarshal([]byte(c), p); err != nil {
			return err
		}
		a, err := s.CallTool(ctx, p)
		if err != nil {
			return fmt.Errorf("call %s: %w", p.Name, err)
		}
		answers = append(answers, a)
	}
	out["answers"] = answers
	if err := s.Ping(ctx, nil); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
