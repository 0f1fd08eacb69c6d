// The exporter as one would write it in Go: resident, reads the ARF once, keeps the metrics, answers with net/http.
// Usage: go-exporter ARF_GZ ADDRESS
package main

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"sort"
	"strings"
)

var failing = map[string]bool{"fail": true, "error": true, "unknown": true, "notchecked": true}

func short(id string) string { return strings.TrimPrefix(id, "xccdf_org.ssgproject.content_rule_") }

func known(severity string) string {
	switch severity {
	case "high", "medium", "low":
		return severity
	}
	return "unknown"
}

func (found *assay) metrics() string {
	counts := map[string]map[string]int{}
	var failed []result
	passed, evaluated := 0, 0
	for _, each := range found.results {
		if counts[each.result] == nil {
			counts[each.result] = map[string]int{}
		}
		counts[each.result][known(each.severity)]++
		switch {
		case failing[each.result]:
			failed = append(failed, each)
			evaluated++
		case each.result == "pass" || each.result == "fixed":
			passed++
			evaluated++
		}
	}
	var out strings.Builder
	family := func(name, help string) { fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name) }
	one := func(name, help string, value any) { family(name, help); fmt.Fprintf(&out, "%s %v\n", name, value) }
	one("cis_report_timestamp_seconds", "End of the scan that the report is of.", found.end.Unix())
	one("cis_pass_ratio", "Rules passed, of those that were evaluated.", float64(passed)/float64(evaluated))
	one("cis_rules_evaluated", "Rules evaluated.", evaluated)
	family("cis_oscap_score", "The score that oscap gives.")
	for _, each := range found.scores {
		fmt.Fprintf(&out, "cis_oscap_score{system=%q} %v\n", each.system, each.value)
	}
	family("cis_rules", "Rules by result and severity.")
	for _, word := range []string{"pass", "fail", "error", "unknown", "notapplicable", "notchecked", "informational", "fixed"} {
		for _, severity := range []string{"high", "medium", "low", "unknown"} {
			if count := counts[word][severity]; count > 0 || word == "pass" || word == "fail" {
				fmt.Fprintf(&out, "cis_rules{result=%q,severity=%q} %d\n", word, severity, count)
			}
		}
	}
	family("cis_rule_failed", "A rule that is not met.")
	sort.Slice(failed, func(a, b int) bool { return failed[a].id < failed[b].id })
	for _, each := range failed {
		fmt.Fprintf(&out, "cis_rule_failed{rule=%q,severity=%q,cis=%q} 1\n", short(each.id), known(each.severity), strings.Join(found.rules[each.id].cis, ","))
	}
	return out.String()
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		fail(err)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		fail(err)
	}
	body := []byte(read(unpacked).metrics())
	// What reading took is given back, so that what stays is what serving needs.
	debug.FreeOSMemory()
	http.HandleFunc("/metrics", func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if _, err := writer.Write(body); err != nil {
			return
		}
	})
	fail(http.ListenAndServe(os.Args[2], nil))
}
