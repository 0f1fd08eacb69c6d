// Reads from an ARF the fields of Cupel's assay with encoding/xml, as a stream.
package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const xccdf = "http://checklists.nist.gov/xccdf/1.2"

var cisSection = regexp.MustCompile(`^https?://(?:www\.)?cisecurity\.org/benchmark/`)

type rule struct {
	title, cce, severity string
	weight               float64
	cis                  []string
	fix                  bool
}

type result struct {
	id, result, severity, cce string
	weight                    float64
	messages                  []string
}

type score struct {
	system         string
	value, maximum float64
}

type assay struct {
	testSystem, profile, target, version string
	start, end                           time.Time
	addresses                            []string
	facts                                map[string]string
	scores                               []score
	results                              []result
	rules                                map[string]*rule
}

func attribute(element xml.StartElement, name string) string {
	for _, each := range element.Attr {
		if each.Name.Local == name && each.Name.Space == "" {
			return each.Value
		}
	}
	return ""
}

func number(text string) float64 {
	if text == "" {
		return 1
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		fail(err)
	}
	return value
}

func moment(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if value, err := time.Parse(layout, text); err == nil {
			return value
		}
	}
	fail(fmt.Errorf("no time: %q", text))
	return time.Time{}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// text is all that stands in the element just opened.
func text(decoder *xml.Decoder) string {
	var whole strings.Builder
	for depth := 1; depth > 0; {
		token, err := decoder.Token()
		if err != nil {
			fail(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			whole.Write(token)
		}
	}
	return strings.Join(strings.Fields(whole.String()), " ")
}

func read(source io.Reader) *assay {
	decoder := xml.NewDecoder(bufio.NewReaderSize(source, 1<<17))
	found := assay{facts: map[string]string{}, rules: map[string]*rule{}}
	var inRule *rule
	var inResult *result
	var inTestResult bool
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			fail(err)
		}
		switch element := token.(type) {
		case xml.StartElement:
			if element.Name.Space != xccdf {
				continue
			}
			found.open(element, decoder, &inRule, &inResult, &inTestResult)
		case xml.EndElement:
			if element.Name.Space != xccdf {
				continue
			}
			switch element.Name.Local {
			case "Rule":
				inRule = nil
			case "rule-result":
				found.results = append(found.results, *inResult)
				inResult = nil
			case "TestResult":
				inTestResult = false
			}
		}
	}
	return &found
}

func (found *assay) open(element xml.StartElement, decoder *xml.Decoder, inRule **rule, inResult **result, inTestResult *bool) {
	switch name := element.Name.Local; {
	case name == "Rule":
		*inRule = &rule{severity: attribute(element, "severity"), weight: number(attribute(element, "weight"))}
		found.rules[attribute(element, "id")] = *inRule
	case name == "TestResult":
		*inTestResult = true
		found.testSystem, found.version = attribute(element, "test-system"), attribute(element, "version")
		found.start, found.end = moment(attribute(element, "start-time")), moment(attribute(element, "end-time"))
	case name == "rule-result":
		*inResult = &result{id: attribute(element, "idref"), severity: attribute(element, "severity"), weight: number(attribute(element, "weight"))}
	case *inResult != nil:
		(*inResult).open(element, decoder)
	case *inRule != nil:
		(*inRule).open(element, decoder)
	case *inTestResult:
		found.openInside(element, decoder)
	}
}

func (one *rule) open(element xml.StartElement, decoder *xml.Decoder) {
	switch element.Name.Local {
	case "title":
		if one.title == "" {
			one.title = text(decoder)
		}
	case "reference":
		if cisSection.MatchString(attribute(element, "href")) {
			one.cis = append(one.cis, text(decoder))
		}
	case "ident":
		if value := text(decoder); strings.HasPrefix(value, "CCE-") {
			one.cce = value
		}
	case "fix":
		one.fix = one.fix || attribute(element, "system") == "urn:xccdf:fix:script:sh"
	}
}

func (one *result) open(element xml.StartElement, decoder *xml.Decoder) {
	switch element.Name.Local {
	case "result":
		one.result = text(decoder)
	case "ident":
		if value := text(decoder); strings.HasPrefix(value, "CCE-") {
			one.cce = value
		}
	case "message", "check-import":
		if value := text(decoder); value != "" {
			one.messages = append(one.messages, value)
		}
	}
}

func (found *assay) openInside(element xml.StartElement, decoder *xml.Decoder) {
	switch element.Name.Local {
	case "profile":
		found.profile = attribute(element, "idref")
	case "target":
		found.target = text(decoder)
	case "target-address":
		found.addresses = append(found.addresses, text(decoder))
	case "fact":
		found.facts[attribute(element, "name")] = text(decoder)
	case "score":
		one := score{system: attribute(element, "system"), maximum: number(attribute(element, "maximum"))}
		one.value = number(text(decoder))
		found.scores = append(found.scores, one)
	}
}
