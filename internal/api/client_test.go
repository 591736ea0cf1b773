package api

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"telltale/client"
)

func TestClientGoesTheWholeWay(t *testing.T) {
	_, s := server(t, 0)
	ctx := context.Background()
	c, err := client.Connect(s.URL+"/", "")
	if err != nil {
		t.Fatal(err)
	}
	u, err := c.HandIn(ctx, "register.csv", strings.NewReader(register))
	if err != nil {
		t.Fatal(err)
	}
	j, err := c.Start(ctx, client.Asked{Uploads: []string{u.ID}}, "k")
	if err != nil {
		t.Fatal(err)
	}
	if j, err = c.Wait(ctx, j.ID); err != nil || j.Result == nil || *j.Result != 1 {
		t.Fatalf("job %+v: %v", j, err)
	}
	names := map[string]bool{}
	for x, err := range c.AllAssets(ctx, "verdict:prohibited") {
		if err != nil {
			t.Fatal(err)
		}
		names[x.Name] = x.Verdicts["prohibited"] > 0 && x.Manufacturer != nil
	}
	if len(names) != 1 || !names["olt-1"] {
		t.Errorf("prohibited: %v", names)
	}
	question := ""
	for f, err := range c.AllFindings(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range f.Questions {
			if q.Fact == "manufacturer" && f.AssetName == "box-1" {
				question = q.ID
			}
		}
	}
	if j, err = c.Settle(ctx, client.GivenAnswer{Question: question, Value: "huawei"}); err != nil {
		t.Fatal(err)
	}
	if j, err = c.Wait(ctx, j.ID); err != nil || j.Result == nil || *j.Result != 2 {
		t.Fatalf("job %+v: %v", j, err)
	}
	var b bytes.Buffer
	if err := c.HandOver(ctx, &b, "findings", "csv", "verdict:prohibited box-1"); err != nil || !strings.Contains(b.String(), "box-1") {
		t.Errorf("export: %v\n%s", err, &b)
	}
	var e *client.Error
	if _, err := c.Wait(ctx, "nothing"); !errors.As(err, &e) || e.Status != 404 {
		t.Errorf("a job that is not: %v", err)
	}
}

// The client has a method for every operation but those that are for browsers, probes and assistants.
func TestClientCoversEveryOperation(t *testing.T) {
	methods := map[string]bool{}
	for m := range reflect.TypeFor[*client.ClientWithResponses]().Methods() {
		methods[strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(m.Name, "WithResponse"), "WithBody"))] = true
	}
	excluded := []string{"document", "health", "ready", "metrics", "mcp"} // as client/oapi-codegen.yaml has it
	for _, o := range (&API{}).operations() {
		if name := strings.ReplaceAll(o.ID, "_", ""); !methods[name] && !slices.Contains(excluded, o.ID) {
			t.Errorf("the client cannot do %s", o.ID)
		}
	}
}

// What the command line says of a result, the API says with the same JSON.
func TestReferenceIsAsked(t *testing.T) {
	a, s := server(t, 0)
	checked(t, a, s, "")
	c, err := client.Connect(s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r, err := c.ReconcileWithResponse(ctx, &client.ReconcileParams{})
	if err != nil || r.JSON200 == nil || r.JSON200.Summary.PaperOnly != 4 {
		t.Errorf("reconcile: %+v, %v", r, err)
	}
	sc, err := c.ScreenWithResponse(ctx, client.Screen{Names: []string{"Hangzhou Hikvison Digital Technology\nLtd", "Bob's Bakery"}})
	if err != nil || sc.JSON200 == nil || len(sc.JSON200.Names) != 2 || sc.JSON200.Names[0].Band == "none" || sc.JSON200.Names[1].Band != "none" {
		t.Errorf("screen: %s, %v", sc.Body, err)
	}
	o, err := c.OrganisationsWithResponse(ctx, &client.OrganisationsParams{Q: new("hikvision")})
	if err != nil || o.JSON200 == nil || !strings.Contains(string(o.Body), `"id":"hikvision"`) {
		t.Errorf("organisations: %.300s, %v", o.Body, err)
	}
	one, err := c.OrganisationWithResponse(ctx, "dahua", &client.OrganisationParams{AsOf: new("2026-01-01")})
	if err != nil || one.JSON200 == nil || one.JSON200.Organisation == nil {
		t.Errorf("organisation: %.300s, %v", one.Body, err)
	}
	days, err := c.LawDaysWithResponse(ctx, &client.LawDaysParams{From: new("2025-12-01"), To: new("2026-11-28"), Profile: new("rural-etc")})
	if err != nil || days.JSON200 == nil || len(days.JSON200.Items) == 0 {
		t.Errorf("law days: %.300s, %v", days.Body, err)
	}
	if top, err := c.TopologyWithResponse(ctx); err != nil || top.JSON200 == nil {
		t.Errorf("topology: %.300s, %v", top.Body, err)
	}
	j, err := c.CompareWithResponse(ctx, &client.CompareParams{}, client.Days{From: "2019-01-01", To: "2026-11-28"})
	if err != nil || j.JSON202 == nil {
		t.Fatalf("compare: %s, %v", j.Body, err)
	}
	ended(t, a, j.JSON202.ID)
	found, err := c.ComparedWithResponse(ctx, j.JSON202.ID)
	if err != nil || found.JSON200 == nil || !strings.Contains(string(found.Body), "olt-1") {
		t.Errorf("compared: %.300s, %v", found.Body, err)
	}
	d, err := c.DataWithResponse(ctx)
	if err != nil || d.JSON200 == nil || d.JSON200.InUse.Version != a.Work.Knowledge().Version || d.JSON200.Before != nil {
		t.Errorf("data: %.300s, %v", d.Body, err)
	}
	if back, err := c.RollBackDataWithResponse(ctx, client.Rollback{To: "x"}); err != nil || back.StatusCode() != 400 {
		t.Errorf("back where nothing was taken in: %s, %v", back.Body, err)
	}
	u, err := c.HandIn(ctx, "image.bin", strings.NewReader(strings.Repeat("no firmware ", 200)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.InspectWithResponse(ctx, &client.InspectParams{}, client.Images{Uploads: []string{u.ID}})
	if err != nil || f.JSON202 == nil {
		t.Fatalf("firmware: %s, %v", f.Body, err)
	}
	if _, err := c.Wait(ctx, f.JSON202.ID); err != nil {
		t.Fatal(err)
	}
	if rep, err := c.InspectedWithResponse(ctx, f.JSON202.ID, &client.InspectedParams{}); err != nil || rep.StatusCode() != 200 || !strings.HasPrefix(string(rep.Body), "{") {
		t.Errorf("the report: %.300s, %v", rep.Body, err)
	}
}
