package main

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// A writer and what was acknowledged to it.
type writer struct {
	number  uint16
	next    uint64
	batch   uint32
	acked   map[uint64]uint64 // index of the record → hash of its sequence number
	failed  int
	times   []float64
	problem string
}

func hashOf(sequenceNumber string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(sequenceNumber))
	return hash.Sum64()
}

func noise(random *rand.Rand) []byte {
	bytes := make([]byte, *size)
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
	return bytes
}

func (w *writer) write(ctx context.Context, client *kinesis.Client, name string, end time.Time) {
	random := rand.New(rand.NewPCG(uint64(w.number), 7))
	records := make([]types.PutRecordsRequestEntry, max(*batch, 1))
	for i := range records {
		records[i].Data = noise(random)
	}
	for time.Now().Before(end) {
		w.batch++
		for i := range records {
			index := w.next + uint64(i)
			header{w.number, w.batch, index, time.Now().UnixNano()}.store(records[i].Data)
			key := (uint64(w.number)<<40 ^ index) * 0x9E3779B97F4A7C15
			records[i].PartitionKey = pointer(strconv.FormatUint(key, 10))
		}
		first := w.next
		w.next += uint64(len(records))
		call, cancel := context.WithTimeout(ctx, callTimeout)
		if *batch == 0 {
			w.putOne(call, client, name, records[0], first)
		} else {
			w.putMany(call, client, name, records, first)
		}
		cancel()
	}
}

func (w *writer) putOne(ctx context.Context, client *kinesis.Client, name string, record types.PutRecordsRequestEntry, index uint64) {
	start := time.Now()
	told, err := client.PutRecord(ctx,
		&kinesis.PutRecordInput{StreamName: &name, Data: record.Data, PartitionKey: record.PartitionKey})
	if err != nil {
		w.failed++
		w.problem = err.Error()
		return
	}
	w.times = append(w.times, since(start))
	w.acked[index] = hashOf(*told.SequenceNumber)
}

func (w *writer) putMany(ctx context.Context, client *kinesis.Client, name string, records []types.PutRecordsRequestEntry, first uint64) {
	start := time.Now()
	told, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: &name, Records: records})
	if err != nil {
		w.failed += len(records)
		w.problem = err.Error()
		return
	}
	w.times = append(w.times, since(start))
	for i, record := range told.Records {
		if record.SequenceNumber != nil && record.ErrorCode == nil {
			w.acked[first+uint64(i)] = hashOf(*record.SequenceNumber)
		} else {
			w.failed++
			w.problem = *record.ErrorCode
		}
	}
}

func put(ctx context.Context, client *kinesis.Client, name string) []*writer {
	all := make([]*writer, *writers)
	start := time.Now()
	end := start.Add(time.Duration(*seconds * float64(time.Second)))
	var running sync.WaitGroup
	for i := range all {
		all[i] = &writer{number: uint16(i), acked: map[uint64]uint64{}}
		running.Go(func() { all[i].write(ctx, client, name, end) })
	}
	running.Wait()
	elapsed := time.Since(start).Seconds()
	var times []float64
	acked, failed, problem := 0, 0, ""
	for _, one := range all {
		times = append(times, one.times...)
		acked += len(one.acked)
		failed += one.failed
		if one.problem != "" {
			problem = one.problem
		}
	}
	told := figure{"test": "put", "bytes": *size, "batch": *batch, "shards": *shards, "writers": *writers, "records": acked,
		"failed": failed, "records_per_s": float64(acked) / elapsed, "mb_per_s": float64(acked**size) / elapsed / 1e6}
	told.addTimes("", times)
	if problem != "" {
		told["problem"] = problem
	}
	told.print()
	return all
}
