package main

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"time"
)

var action = []byte("{\"create\":{}}\n")

// A request's body from the first documents of `lines`, how many they are, and what remains.
func bulk(lines []byte) (body []byte, count int, rest []byte) {
	for count < *batch && len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n') + 1
		body = append(append(body, action...), lines[:end]...)
		lines = lines[end:]
		count++
	}
	return body, count, lines
}

// Deals out bodies, so that the clients share one file; it makes few ahead.
func bodies(lines []byte) (<-chan []byte, *int) {
	out, total := make(chan []byte, 2**clients), new(int)
	go func() {
		defer close(out)
		for len(lines) > 0 {
			var body []byte
			var count int
			body, count, lines = bulk(lines)
			*total += count
			out <- body
		}
	}()
	return out, total
}

func send(work <-chan []byte) error {
	c := connect()
	for body := range work {
		answer, _, err := c.post("/"+*index+"/_bulk", "application/x-ndjson", body)
		if err != nil {
			return err
		}
		if !bytes.Contains(answer[:min(len(answer), 100)], []byte(`"errors":false`)) {
			return fmt.Errorf("a document was refused: %.1000s", answer)
		}
	}
	return nil
}

func ingest() error {
	lines, err := os.ReadFile(*documents)
	if err != nil {
		return err
	}
	before := readProcessors()
	work, total := bodies(lines)
	failures := make(chan error, *clients)
	var group sync.WaitGroup
	for range *clients {
		group.Go(func() { failures <- send(work) })
	}
	group.Wait()
	for range *clients {
		if err := <-failures; err != nil {
			return err
		}
	}
	took := time.Since(before.at).Seconds()
	out := figure{"documents": *total, "bytes": len(lines), "documents_per_s": float64(*total) / took}
	out.addProcessors(before, *total)
	out.print()
	return nil
}
