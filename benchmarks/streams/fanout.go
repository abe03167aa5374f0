package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// How many batches the writer is ahead of the slowest consumer at most.
const ahead = 4

// Consumers of one shard, and how far each is.
type crowd struct {
	records []atomic.Uint64 // that each was given, the one with number n as its nth
	moved   chan struct{}
	failed  chan error
}

func (c *crowd) slowest() uint64 {
	least := c.records[0].Load()
	for i := range c.records {
		least = min(least, c.records[i].Load())
	}
	return least
}

func (c *crowd) take(consumer int, records []types.Record) {
	at := &c.records[consumer]
	for _, record := range records {
		if head, ours := loadHeader(record.Data); !ours || head.index != at.Load() || len(record.Data) != *size {
			c.fail(fmt.Errorf("consumer %d was given something else than record %d", consumer, at.Load()))
			return
		}
		at.Add(1)
	}
	select {
	case c.moved <- struct{}{}:
	default:
	}
}

func (c *crowd) fail(err error) {
	select {
	case c.failed <- err:
	default:
	}
}

// Until every consumer has `wanted` records.
func (c *crowd) wait(wanted uint64) error {
	late := time.After(callTimeout)
	for c.slowest() < wanted {
		select {
		case <-c.moved:
		case err := <-c.failed:
			return err
		case <-late:
			return fmt.Errorf("a consumer stopped at %d of %d records", c.slowest(), wanted)
		}
	}
	return nil
}

// Waits until all are subscribed; a few at a time, as registrations at one stream stand in each other's way.
func (c *crowd) gather(ctx context.Context, client *kinesis.Client, name, shard string) error {
	var ready sync.WaitGroup
	gate := make(chan struct{}, 4)
	for i := range c.records {
		ready.Add(1)
		gate <- struct{}{}
		here := sync.OnceFunc(func() { <-gate; ready.Done() })
		go func() {
			defer here()
			consume := subscribedConsumer(fmt.Sprintf("consumer-%d", i))
			if err := consume(ctx, client, name, shard, here, func(records []types.Record) { c.take(i, records) }); err != nil {
				c.fail(err)
			}
		}()
	}
	ready.Wait()
	select {
	case err := <-c.failed:
		return err
	default:
		return nil
	}
}

func batchOf(first uint64, records []types.PutRecordsRequestEntry) {
	for i := range records {
		header{0, 0, first + uint64(i), time.Now().UnixNano()}.store(records[i].Data)
	}
}

// One writer, and every record pushed to every consumer; the figure is what all of them were given together.
func measureFanout(ctx context.Context, client *kinesis.Client, name string) error {
	ids, err := shardIDs(ctx, client, name)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	all := crowd{make([]atomic.Uint64, *consumers), make(chan struct{}, 1), make(chan error, 1)}
	if err := all.gather(reading, client, name, ids[0]); err != nil {
		return err
	}
	records := make([]types.PutRecordsRequestEntry, *batch)
	random := rand.New(rand.NewPCG(1, 7))
	for i := range records {
		records[i] = types.PutRecordsRequestEntry{Data: noise(random), PartitionKey: pointer("k")}
	}
	put := uint64(0)
	start := time.Now()
	for end := start.Add(time.Duration(*seconds * float64(time.Second))); time.Now().Before(end); {
		batchOf(put, records)
		told, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: &name, Records: records})
		if err != nil {
			return err
		}
		if *told.FailedRecordCount > 0 {
			return fmt.Errorf("%d records were refused", *told.FailedRecordCount)
		}
		put += uint64(len(records))
		if behind := uint64(ahead * len(records)); put > behind {
			if err := all.wait(put - behind); err != nil {
				return err
			}
		}
	}
	if err := all.wait(put); err != nil {
		return err
	}
	elapsed := time.Since(start).Seconds()
	given := float64(put) * float64(*consumers)
	figure{"test": "fanout", "bytes": *size, "batch": *batch, "consumers": *consumers, "put": put,
		"records_per_s": given / elapsed, "mb_per_s": given * float64(*size) / elapsed / 1e6}.print()
	return nil
}
