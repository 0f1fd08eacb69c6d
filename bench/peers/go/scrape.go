// Scrapes an exporter again and again and prints how long each took, in milliseconds, as JSON.
// Usage: go-scrape COUNT PAUSE_MILLISECONDS http://ADDRESS/metrics     one after the other, connections kept where the server keeps them
//
//	go-scrape COUNT PAUSE_MILLISECONDS PROGRAM                    starts the program for each, its connection as standard input and output
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n\r\n"

func overHTTP(url string) (string, error) {
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

func byProgram(path string) (string, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	own, its := os.NewFile(uintptr(pair[0]), "own"), os.NewFile(uintptr(pair[1]), "its")
	defer own.Close()
	command := exec.Command(path)
	command.Stdin, command.Stdout = its, its
	err = command.Start()
	its.Close()
	if err != nil {
		return "", err
	}
	if _, err := own.WriteString(request); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(own)
	if waited := command.Wait(); err == nil {
		err = waited
	}
	return string(answer), err
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	pause, _ := strconv.Atoi(os.Args[2])
	scrape := byProgram
	if strings.HasPrefix(os.Args[3], "http:") {
		scrape = overHTTP
	}
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
