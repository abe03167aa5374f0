package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"
)

// No answer from a cache of whole answers: the engine is what is measured.
const searchPath = "/_search?request_cache=false"

type operation struct {
	name string
	body []byte
}

func readOperations() ([]operation, error) {
	text, err := os.ReadFile(*workload)
	if err != nil {
		return nil, err
	}
	var file struct {
		Operations map[string]json.RawMessage `json:"operations"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	var out []operation
	for name, body := range file.Operations {
		out = append(out, operation{name, body})
	}
	slices.SortFunc(out, func(a, b operation) int { return slices.Compare([]byte(a.name), []byte(b.name)) })
	return out, nil
}

func (c *connection) search(o operation) ([]byte, float64, error) {
	return c.post("/"+*index+searchPath, "application/json", o.body)
}

// The times of its runs, the first half of which only warm the server up, and its answer.
func (c *connection) measure(o operation) (figure, error) {
	answer, _, err := c.search(o)
	if err != nil {
		return figure{"operation": o.name, "error": err.Error()}, nil
	}
	out := figure{"operation": o.name, "answer": json.RawMessage(slices.Clone(answer))}
	for _, part := range []float64{0.3, 0.7} {
		before := readProcessors()
		var times []float64
		for start := time.Now(); len(times) < *runs && time.Since(start).Seconds() < *seconds*part; {
			_, took, err := c.search(o)
			if err != nil {
				return nil, err
			}
			times = append(times, took)
		}
		out["runs"] = len(times)
		out.addProcessors(before, len(times))
		out.addTimes(times)
	}
	return out, nil
}

func measureOperations() error {
	all, err := readOperations()
	if err != nil {
		return err
	}
	c := connect()
	for _, o := range all {
		measured, err := c.measure(o)
		if err != nil {
			return err
		}
		measured.print()
	}
	return nil
}

// One client: every operation as often as any other, in an order of its own.
func (c *connection) mix(all []operation, client uint64, end time.Time) ([]float64, error) {
	random := rand.New(rand.NewPCG(client, 0))
	var times []float64
	for {
		for _, i := range random.Perm(len(all)) {
			_, took, err := c.search(all[i])
			if err != nil {
				return nil, err
			}
			if time.Now().After(end) {
				return times, nil
			}
			times = append(times, took)
		}
	}
}

func measureMixed() error {
	all, err := readOperations()
	if err != nil {
		return err
	}
	before, end := readProcessors(), time.Now().Add(time.Duration(*seconds*float64(time.Second)))
	times, failures := make([][]float64, *clients), make([]error, *clients)
	var group sync.WaitGroup
	for i := range *clients {
		group.Go(func() { times[i], failures[i] = connect().mix(all, uint64(i), end) })
	}
	group.Wait()
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	together := slices.Concat(times...)
	out := figure{"operations_per_s": float64(len(together)) / *seconds}
	out.addProcessors(before, len(together))
	out.addTimes(together)
	out.print()
	return nil
}
