package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// What reading a shard found.
type found struct {
	hashes                map[uint16]map[uint64]uint64 // writer → index of the record → hash of its sequence number
	records, bytes, calls int
	twice, disordered     int
	strange               int // not ours, or changed
	lastNumber            string
	lastBatch             map[uint16]uint32
}

func (f *found) add(record types.Record) {
	f.records++
	f.bytes += len(record.Data)
	number := *record.SequenceNumber
	if f.lastNumber != "" && !less(f.lastNumber, number) {
		f.disordered++
	}
	f.lastNumber = number
	head, ours := loadHeader(record.Data)
	if !ours || len(record.Data) != *size {
		f.strange++
		return
	}
	if head.batch < f.lastBatch[head.writer] {
		f.disordered++
	}
	f.lastBatch[head.writer] = head.batch
	of := f.hashes[head.writer]
	if of == nil {
		of = map[uint64]uint64{}
		f.hashes[head.writer] = of
	}
	if _, there := of[head.index]; there {
		f.twice++
	}
	of[head.index] = hashOf(number)
}

func less(left, right string) bool {
	return len(left) < len(right) || (len(left) == len(right) && left < right)
}

func (f *found) readShard(ctx context.Context, client *kinesis.Client, name, shard string) error {
	iterator, err := startReading(ctx, client, name, shard, types.ShardIteratorTypeTrimHorizon)
	for err == nil && iterator != nil {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		var told *kinesis.GetRecordsOutput
		told, err = client.GetRecords(call, &kinesis.GetRecordsInput{ShardIterator: iterator, Limit: pointer(int32(10000))})
		cancel()
		if err != nil {
			break
		}
		f.calls++
		for _, record := range told.Records {
			f.add(record)
		}
		iterator = told.NextShardIterator
		if len(told.Records) == 0 && told.MillisBehindLatest != nil && *told.MillisBehindLatest == 0 {
			break
		}
	}
	return err
}

// An error if one acknowledged record is missing, double, out of order or has another sequence number.
func readBack(ctx context.Context, client *kinesis.Client, name string, written []*writer) error {
	ids, err := shardIDs(ctx, client, name)
	if err != nil {
		return err
	}
	all, errs := make([]found, len(ids)), make([]error, len(ids))
	start := time.Now()
	var running sync.WaitGroup
	for i := range ids {
		all[i] = found{hashes: map[uint16]map[uint64]uint64{}, lastBatch: map[uint16]uint32{}}
		running.Go(func() { errs[i] = all[i].readShard(ctx, client, name, ids[i]) })
	}
	running.Wait()
	elapsed := time.Since(start).Seconds()
	var total found
	missing, changed := 0, 0
	for i, one := range all {
		if errs[i] != nil {
			return errs[i]
		}
		total.records += one.records
		total.bytes += one.bytes
		total.twice += one.twice
		total.disordered += one.disordered
		total.strange += one.strange
	}
	for _, writer := range written {
		for index, wanted := range writer.acked {
			hash, there := uint64(0), false
			for i := 0; i < len(all) && !there; i++ {
				hash, there = all[i].hashes[writer.number][index]
			}
			if !there {
				missing++
			} else if hash != wanted {
				changed++
			}
		}
	}
	figure{"test": "read", "bytes": *size, "records": total.records, "records_per_s": float64(total.records) / elapsed,
		"mb_per_s": float64(total.bytes) / elapsed / 1e6}.print()
	if missing+changed+total.twice+total.disordered+total.strange > 0 {
		return fmt.Errorf("%d acknowledged records missing, %d with another sequence number, %d twice, %d out of order, %d strange",
			missing, changed, total.twice, total.disordered, total.strange)
	}
	return nil
}
