package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// Reads a shard's new records until ctx ends; says when it is ready to see them.
type consumer func(ctx context.Context, client *kinesis.Client, name, shard string, ready func(), seen func([]types.Record)) error

func pollingConsumer(ctx context.Context, client *kinesis.Client, name, shard string, ready func(), seen func([]types.Record)) error {
	iterator, err := startReading(ctx, client, name, shard, types.ShardIteratorTypeLatest)
	if err != nil {
		return err
	}
	ready()
	for iterator != nil {
		told, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return err
		}
		seen(told.Records)
		iterator = told.NextShardIterator
	}
	return nil
}

func measureLatency(ctx context.Context, client *kinesis.Client, name, how string, consume consumer) error {
	ids, err := shardIDs(ctx, client, name)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	var lock sync.Mutex
	var arrived, acknowledged []float64
	ready, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		failed <- consume(reading, client, name, ids[0], sync.OnceFunc(func() { close(ready) }), func(records []types.Record) {
			now := time.Now().UnixNano()
			lock.Lock()
			defer lock.Unlock()
			for _, record := range records {
				if head, ours := loadHeader(record.Data); ours {
					arrived = append(arrived, float64(now-head.sent)/1e6)
				}
			}
		})
	}()
	select {
	case <-ready:
	case err := <-failed:
		return err
	case <-time.After(callTimeout):
		return fmt.Errorf("%s was not ready in time", how)
	}
	sent := 0
	record := make([]byte, *size)
	pace := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	defer pace.Stop()
	for end := time.Now().Add(time.Duration(*seconds * float64(time.Second))); time.Now().Before(end); sent++ {
		<-pace.C
		start := time.Now()
		header{1, uint32(sent), uint64(sent), start.UnixNano()}.store(record)
		_, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: &name, Data: record, PartitionKey: pointer(strconv.Itoa(sent))})
		if err != nil {
			return err
		}
		acknowledged = append(acknowledged, since(start))
	}
	complete := func() bool {
		lock.Lock()
		defer lock.Unlock()
		return len(arrived) >= sent
	}
	for end := time.Now().Add(5 * time.Second); !complete() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	lock.Lock()
	defer lock.Unlock()
	told := figure{"test": "latency", "consumer": how, "sent": sent, "seen": len(arrived)}
	told.addTimes("", arrived)
	told.addTimes("ack_", acknowledged)
	told.print()
	if len(arrived) != sent {
		return fmt.Errorf("%s saw %d of %d records", how, len(arrived), sent)
	}
	return nil
}
