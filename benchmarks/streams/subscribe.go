package main

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// Registers a consumer and answers its ARN once it is active.
func register(ctx context.Context, client *kinesis.Client, stream, name string) (*string, error) {
	told, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &stream})
	if err != nil {
		return nil, err
	}
	registered, err := client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{
		StreamARN: told.StreamDescriptionSummary.StreamARN, ConsumerName: &name})
	if err != nil {
		return nil, err
	}
	arn := registered.Consumer.ConsumerARN
	for end := time.Now().Add(callTimeout); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		told, err := client.DescribeStreamConsumer(ctx, &kinesis.DescribeStreamConsumerInput{ConsumerARN: arn})
		if err != nil {
			return nil, err
		}
		if told.ConsumerDescription.ConsumerStatus == types.ConsumerStatusActive {
			return arn, nil
		}
	}
	return nil, errors.New("the consumer did not become active")
}

// A registered consumer of this name, to which the shard's new records are pushed.
func subscribedConsumer(as string) consumer {
	return func(ctx context.Context, client *kinesis.Client, name, shard string, ready func(), seen func([]types.Record)) error {
		arn, err := register(ctx, client, name, as)
		if err != nil {
			return err
		}
		subscription, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: arn, ShardId: &shard,
			StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest}}, keepBodies)
		if err != nil {
			return err
		}
		defer subscription.GetStream().Close()
		for event := range subscription.GetStream().Events() {
			ready() // the first event comes at once
			if pushed, ok := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent); ok {
				seen(pushed.Value.Records)
			}
		}
		return subscription.GetStream().Err()
	}
}
