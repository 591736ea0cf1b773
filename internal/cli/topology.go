package cli

import (
	"io"

	"telltale/internal/pipeline"
)

type topologyCmd struct {
	keptResult
	Format string `help:"Form of the output: ${enum}." enum:"table,json,graphml,dot" default:"table" short:"f"`
	Out    string `help:"Write to this file instead of standard output." type:"path" placeholder:"FILE" short:"o"`
	All    bool   `help:"List also what only shares a network (address tables, routes)."`
}

func (*topologyCmd) Help() string {
	return `Shows which device of the last check is joined to which, on which ports, and how
that is known: LLDP, CDP, forwarding, address, route and ONT tables, lists of cables. What both
ends told is one link. What nobody told and follows from the tables is marked
as inferred.

Examples:

    telltale check --network plant walks/ && telltale topology
    telltale topology --db plant.db --format graphml --out plant.graphml
    telltale topology --format dot | dot -Tsvg > plant.svg

Exit codes: 0 done, 1 there is no kept result, 2 usage.`
}

func (c *topologyCmd) Run(e *env) error {
	k, err := pipeline.Load()
	if err != nil {
		return err
	}
	f, err := c.open(e, k)
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := pipeline.Topology(f)
	if err != nil {
		return err
	}
	return (&output{Out: c.Out}).write(e, func(w io.Writer) error {
		switch c.Format {
		case "json":
			return writeJSON(w, t)
		case "graphml":
			return t.WriteGraphML(w)
		case "dot":
			return t.WriteDOT(w)
		}
		return t.WriteTable(w, c.All)
	})
}
