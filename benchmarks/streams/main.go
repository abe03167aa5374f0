// A load client for any Kinesis-compatible server, on aws-sdk-go-v2 as users run it. It prints one JSON line per figure
// and believes nothing: what it wrote it reads back, and holds every record against what was acknowledged.
//
//	streams throughput --endpoint URL [flags]   create a stream, put, read all of it back, delete it
//	streams latency    --endpoint URL [flags]   from a put to its acknowledgement, to GetRecords, to SubscribeToShard
//	streams fanout     --endpoint URL [flags]   one shard, pushed to many consumers at once
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

var (
	endpoint  = flag.String("endpoint", "http://127.0.0.1:4566", "where the server is")
	region    = flag.String("region", "ap-northeast-1", "region to sign for")
	accessKey = flag.String("access-key", "test", "access key id")
	secretKey = flag.String("secret-key", "test", "secret access key")
	shards    = flag.Int("shards", 4, "shards of the stream")
	writers   = flag.Int("writers", 8, "concurrent writers, a connection each")
	batch     = flag.Int("batch", 500, "records per PutRecords; 0: PutRecord, one record per call")
	size      = flag.Int("size", 1024, "bytes per record, at least 24")
	seconds   = flag.Float64("seconds", 5, "seconds of writing")
	rate      = flag.Float64("rate", 200, "latency: records per second")
	consumers = flag.Int("consumers", 1, "fanout: registered consumers")
	subscribe = flag.Bool("subscribe", true, "latency: measure SubscribeToShard, too")
)

const callTimeout = time.Minute

type figure map[string]any

func (f figure) print() {
	text, _ := json.Marshal(f)
	fmt.Println(string(text))
}

// The value below which `part` of the measurements lie.
func quantile(sorted []float64, part float64) float64 {
	if len(sorted) == 0 {
		return -1
	}
	return sorted[int(part*float64(len(sorted)-1)+0.5)]
}

func (f figure) addTimes(prefix string, milliseconds []float64) {
	sort.Float64s(milliseconds)
	f[prefix+"p50_ms"] = quantile(milliseconds, 0.5)
	f[prefix+"p99_ms"] = quantile(milliseconds, 0.99)
}

func since(start time.Time) float64 { return float64(time.Since(start)) / float64(time.Millisecond) }

func run(command string) error {
	ctx, client := context.Background(), newClient()
	name := fmt.Sprintf("load-%d", time.Now().UnixNano())
	if command == "latency" || command == "fanout" {
		*shards = 1
	}
	if err := createStream(ctx, client, name); err != nil {
		return err
	}
	defer client.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: &name, EnforceConsumerDeletion: pointer(true)})
	switch command {
	case "throughput":
		written := put(ctx, client, name)
		return readBack(ctx, client, name, written)
	case "latency":
		if err := measureLatency(ctx, client, name, "GetRecords", pollingConsumer); err != nil || !*subscribe {
			return err
		}
		return measureLatency(ctx, client, name, "SubscribeToShard", subscribedConsumer("latency"))
	case "fanout":
		return measureFanout(ctx, client, name)
	}
	return fmt.Errorf("unknown command %s", command)
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "streams throughput|latency|fanout [flags]")
		os.Exit(2)
	}
	flag.CommandLine.Parse(os.Args[2:])
	*size = max(*size, headerBytes)
	if err := run(os.Args[1]); err != nil {
		figure{"test": os.Args[1], "error": err.Error()}.print()
		os.Exit(1)
	}
}
