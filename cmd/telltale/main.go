// Command telltale says what in a network and in purchases really comes from
// whom, and which law forbids or restricts it for this operator on which date.
package main

import (
	"os"

	"telltale/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
