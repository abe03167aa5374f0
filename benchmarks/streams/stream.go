package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// What every record begins with; the rest is noise.
type header struct {
	writer uint16
	batch  uint32
	index  uint64 // of the record among its writer's
	sent   int64  // ns
}

const headerBytes = 24

func (h header) store(record []byte) {
	record[0], record[1] = 'S', 'P'
	binary.BigEndian.PutUint16(record[2:], h.writer)
	binary.BigEndian.PutUint32(record[4:], h.batch)
	binary.BigEndian.PutUint64(record[8:], h.index)
	binary.BigEndian.PutUint64(record[16:], uint64(h.sent))
}

func loadHeader(record []byte) (header, bool) {
	if len(record) < headerBytes || record[0] != 'S' || record[1] != 'P' {
		return header{}, false
	}
	return header{binary.BigEndian.Uint16(record[2:]), binary.BigEndian.Uint32(record[4:]),
		binary.BigEndian.Uint64(record[8:]), int64(binary.BigEndian.Uint64(record[16:]))}, true
}

func pointer[T any](value T) *T { return &value }

// No retries: a failure counts.
func newClient() *kinesis.Client {
	transport := &http.Transport{
		MaxIdleConns: 16384, MaxIdleConnsPerHost: 16384,
		DialContext:        (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		DisableCompression: true, WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10,
	}
	return kinesis.New(kinesis.Options{
		Region:       *region,
		BaseEndpoint: endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider(*accessKey, *secretKey, ""),
		HTTPClient:   &http.Client{Transport: transport},
		Retryer:      aws.NopRetryer{},
	})
}

// Sends a copy of each body: smithy-go 1.28 empties its own once the answer has begun, and where the answer is a stream
// and the machine busy, net/http is still about to look whether the body has ended, and then closes the connection.
type bodyKeeper struct{ client aws.HTTPClient }

func (k bodyKeeper) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	kept := request.Clone(request.Context())
	kept.Body = io.NopCloser(bytes.NewReader(body))
	return k.client.Do(kept)
}

func keepBodies(options *kinesis.Options) { options.HTTPClient = bodyKeeper{options.HTTPClient} }

func createStream(ctx context.Context, client *kinesis.Client, name string) error {
	_, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: pointer(int32(*shards))})
	if err != nil {
		return err
	}
	for end := time.Now().Add(callTimeout); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		told, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
		if err == nil && told.StreamDescriptionSummary.StreamStatus == types.StreamStatusActive {
			return nil
		}
	}
	return errors.New("the stream did not become active")
}

func shardIDs(ctx context.Context, client *kinesis.Client, name string) ([]string, error) {
	var ids []string
	input := &kinesis.ListShardsInput{StreamName: &name}
	for {
		page, err := client.ListShards(ctx, input)
		if err != nil {
			return nil, err
		}
		for _, shard := range page.Shards {
			ids = append(ids, *shard.ShardId)
		}
		if page.NextToken == nil {
			return ids, nil
		}
		input = &kinesis.ListShardsInput{NextToken: page.NextToken}
	}
}

func startReading(ctx context.Context, client *kinesis.Client, name, shard string, from types.ShardIteratorType) (*string, error) {
	told, err := client.GetShardIterator(ctx,
		&kinesis.GetShardIteratorInput{StreamName: &name, ShardId: &shard, ShardIteratorType: from})
	if err != nil {
		return nil, err
	}
	return told.ShardIterator, nil
}
