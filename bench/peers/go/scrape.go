// Scrapes an exporter again and again and prints how long each took, in milliseconds, as JSON.
// Connections are kept where the server keeps them.
// Usage: go-scrape COUNT PAUSE_MILLISECONDS http://ADDRESS/metrics
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func scrape(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return string(body), err
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	pause, _ := strconv.Atoi(os.Args[2])
	var times []float64
	bytes := 0
	for i := 0; i < count+5; i++ {
		began := time.Now()
		answer, err := scrape(os.Args[3])
		took := float64(time.Since(began).Microseconds()) / 1000
		if err == nil && !strings.Contains(answer, "cis_pass_ratio") {
			err = fmt.Errorf("no metrics in %q", answer)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		// The first ones warm up.
		if i >= 5 {
			times = append(times, took)
		}
		bytes = len(answer)
		time.Sleep(time.Duration(pause) * time.Millisecond)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"times": times, "bytes": bytes})
}
