// The scenario of tests/acceptance/kinesis/test_clients.py with the AWS SDK for Go v2.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const (
	stream = "stream"
	shard  = "shardId-000000000000"
	middle = "170141183460469231731687303715884105728"
)

type scenario struct {
	context context.Context
	client  *kinesis.Client
	seen    map[string]any
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newClient() *kinesis.Client {
	authority := x509.NewCertPool()
	authority.AppendCertsFromPEM(must(os.ReadFile(os.Getenv("AUTHORITY"))))
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.TLSClientConfig = &tls.Config{RootCAs: authority, MinVersion: tls.VersionTLS12}
		// HTTP/2 on the plain port, too. Over HTTP/1.1 the SDK closes a request's body twice, which net/http takes for
		// a failed request where the answer begins before the body's end was noticed: it cuts the subscription off.
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetHTTP2(true)
		transport.Protocols.SetUnencryptedHTTP2(true)
	})
	return kinesis.New(kinesis.Options{
		BaseEndpoint:     aws.String(os.Getenv("ENDPOINT")),
		Region:           os.Getenv("REGION"),
		Credentials:      credentials.NewStaticCredentialsProvider(os.Getenv("ACCOUNT"), "test", ""),
		HTTPClient:       transport,
		RetryMaxAttempts: 1,
	})
}

func (s *scenario) create() {
	must(s.client.CreateStream(s.context, &kinesis.CreateStreamInput{
		StreamName: aws.String(stream), ShardCount: aws.Int32(1)}))
	summary := &kinesis.DescribeStreamSummaryInput{StreamName: aws.String(stream)}
	for {
		status := must(s.client.DescribeStreamSummary(s.context, summary)).StreamDescriptionSummary.StreamStatus
		if s.seen["created"] = status; status == types.StreamStatusActive {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (s *scenario) put(data string) {
	answer := must(s.client.PutRecord(s.context, &kinesis.PutRecordInput{
		StreamName: aws.String(stream), PartitionKey: aws.String("k"), Data: []byte(data)}))
	s.seen["put"] = *answer.ShardId
}

func (s *scenario) putBatch() {
	answer := must(s.client.PutRecords(s.context, &kinesis.PutRecordsInput{StreamName: aws.String(stream),
		Records: []types.PutRecordsRequestEntry{
			{PartitionKey: aws.String("k"), Data: []byte("two")}, {PartitionKey: aws.String("k"), Data: []byte{0, 255}}}}))
	shards := []string{}
	for _, entry := range answer.Records {
		shards = append(shards, *entry.ShardId)
	}
	s.seen["batch"] = map[string]any{"failed": *answer.FailedRecordCount, "shards": shards}
}

func (s *scenario) read() {
	at := must(s.client.GetShardIterator(s.context, &kinesis.GetShardIteratorInput{
		StreamName: aws.String(stream), ShardId: aws.String(shard), ShardIteratorType: types.ShardIteratorTypeTrimHorizon}))
	answer := must(s.client.GetRecords(s.context, &kinesis.GetRecordsInput{ShardIterator: at.ShardIterator}))
	data, recent := [][]byte{}, true
	for _, record := range answer.Records {
		data = append(data, record.Data)
		recent = recent && time.Since(*record.ApproximateArrivalTimestamp).Abs() < time.Minute
	}
	s.seen["read"], s.seen["recent"] = data, recent
}

// Reads until the shard has ended: what was there, what is put meanwhile, and the children at the end.
func (s *scenario) subscribe() {
	summary := must(s.client.DescribeStreamSummary(s.context, &kinesis.DescribeStreamSummaryInput{
		StreamName: aws.String(stream)}))
	consumer := must(s.client.RegisterStreamConsumer(s.context, &kinesis.RegisterStreamConsumerInput{
		StreamARN: summary.StreamDescriptionSummary.StreamARN, ConsumerName: aws.String("consumer")})).Consumer
	subscription := must(s.client.SubscribeToShard(s.context, &kinesis.SubscribeToShardInput{
		ConsumerARN: consumer.ConsumerARN, ShardId: aws.String(shard),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}})).GetStream()
	defer subscription.Close()
	data, children := [][]byte{}, []string{}
	for event := range subscription.Events() {
		value := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		for _, record := range value.Records {
			data = append(data, record.Data)
		}
		for _, child := range value.ChildShards {
			children = append(children, *child.ShardId)
		}
		if len(value.Records) > 0 && len(data) == 3 {
			s.put("late")
		} else if len(value.Records) > 0 && len(data) == 4 {
			s.split()
		}
	}
	if err := subscription.Err(); err != nil {
		panic(err)
	}
	s.seen["subscribed"], s.seen["children"] = data, children
}

func (s *scenario) split() {
	must(s.client.SplitShard(s.context, &kinesis.SplitShardInput{
		StreamName: aws.String(stream), ShardToSplit: aws.String(shard), NewStartingHashKey: aws.String(middle)}))
}

func (s *scenario) merge() {
	must(s.client.MergeShards(s.context, &kinesis.MergeShardsInput{StreamName: aws.String(stream),
		ShardToMerge: aws.String("shardId-000000000001"), AdjacentShardToMerge: aws.String("shardId-000000000002")}))
	open := []string{}
	for _, shown := range must(s.client.ListShards(s.context, &kinesis.ListShardsInput{StreamName: aws.String(stream),
		ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeAtLatest}})).Shards {
		open = append(open, *shown.ShardId)
	}
	s.seen["merged"] = open
}

// The name of the SDK's type for the innermost error that has one.
func typeOf(_ any, err error) string {
	var modelled interface{ ErrorCode() string }
	if !errors.As(err, &modelled) {
		return fmt.Sprint(err)
	}
	return reflect.TypeOf(modelled).Elem().Name()
}

func (s *scenario) refusals() {
	one, nothing := aws.String(stream), aws.String("nothing")
	s.seen["errors"] = map[string]string{
		"missing": typeOf(s.client.DescribeStreamSummary(s.context,
			&kinesis.DescribeStreamSummaryInput{StreamName: nothing})),
		"again": typeOf(s.client.CreateStream(s.context,
			&kinesis.CreateStreamInput{StreamName: one, ShardCount: aws.Int32(1)})),
		"many": typeOf(s.client.CreateStream(s.context,
			&kinesis.CreateStreamInput{StreamName: nothing, ShardCount: aws.Int32(1000000)})),
		"forged": typeOf(s.client.GetRecords(s.context, &kinesis.GetRecordsInput{ShardIterator: aws.String("forged")})),
		"closed": typeOf(s.client.SplitShard(s.context, &kinesis.SplitShardInput{
			StreamName: one, ShardToSplit: aws.String(shard), NewStartingHashKey: aws.String(middle)})),
	}
}

func main() {
	limited, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := &scenario{limited, newClient(), map[string]any{}}
	s.create()
	s.put("one")
	s.putBatch()
	s.read()
	s.subscribe()
	s.merge()
	s.refusals()
	must(0, json.NewEncoder(os.Stdout).Encode(s.seen))
}
