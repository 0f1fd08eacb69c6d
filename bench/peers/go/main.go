// Prints how much there is in an ARF, for the bench to measure beside `cupel gate` and to compare with its count.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		fail(err)
	}
	read(file).print()
}

// print counts as a verdict does: rules that were not selected apart.
func (found *assay) print() {
	counts := map[string]int{}
	for _, each := range found.results {
		if _, known := found.rules[each.id]; !known {
			fail(fmt.Errorf("%s: no such rule", each.id))
		}
		counts[each.result]++
	}
	cis := 0
	for _, each := range found.rules {
		cis += len(each.cis)
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{
		"target": found.target, "profile": found.profile, "counts": counts, "rules": len(found.results), "cis": cis, "facts": len(found.facts), "scores": len(found.scores),
	}); err != nil {
		fail(err)
	}
}
