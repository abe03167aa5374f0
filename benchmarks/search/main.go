// A load client for any OpenSearch-compatible server. It prints one JSON line per figure.
//
//	search ingest     --url URL --index I --documents FILE     by _bulk, from several connections
//	search operations --url URL --index I --workload FILE      each operation by itself, with its answer
//	search mixed      --url URL --index I --workload FILE      all operations at once from several clients
//
// With --access-key requests are signed for collections (SigV4); the signing itself is outside of every measured time.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"time"
)

var (
	endpoint  = flag.String("url", "http://127.0.0.1:9200", "where the server is, with the path before the index")
	index     = flag.String("index", "", "name of the index")
	accessKey = flag.String("access-key", "", "access key id; none: not signed")
	secretKey = flag.String("secret-key", "", "secret access key")
	region    = flag.String("region", "ap-northeast-1", "region to sign for")
	documents = flag.String("documents", "", "ingest: file of NDJSON")
	batch     = flag.Int("batch", 1000, "ingest: documents per _bulk")
	clients   = flag.Int("clients", 4, "ingest, mixed: connections")
	workload  = flag.String("workload", "", "operations, mixed: file with the operations")
	runs      = flag.Int("runs", 100, "operations: measured runs of each, after as many without the clock, at most")
	seconds   = flag.Float64("seconds", 10, "mixed: how long; operations: of each at most")

	serverProcess = flag.Int("process", 0, "the server's process id, for what it uses of the processors")
)

type figure map[string]any

func (f figure) print() {
	text, err := json.Marshal(f)
	if err != nil {
		fail(err)
	}
	fmt.Println(string(text))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// The value below which `part` of the measurements lie.
func quantile(sorted []float64, part float64) float64 {
	if len(sorted) == 0 {
		return -1
	}
	return sorted[int(part*float64(len(sorted)-1)+0.5)]
}

func (f figure) addTimes(milliseconds []float64) {
	sort.Float64s(milliseconds)
	f["p50_ms"] = quantile(milliseconds, 0.5)
	f["p90_ms"] = quantile(milliseconds, 0.9)
	f["p99_ms"] = quantile(milliseconds, 0.99)
}

func since(start time.Time) float64 { return float64(time.Since(start)) / float64(time.Millisecond) }

func main() {
	commands := map[string]func() error{"ingest": ingest, "operations": measureOperations, "mixed": measureMixed}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "search ingest|operations|mixed [flags]")
		os.Exit(2)
	}
	flag.CommandLine.Parse(os.Args[2:])
	if err := commands[os.Args[1]](); err != nil {
		fail(err)
	}
}
