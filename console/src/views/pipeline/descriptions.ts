// What AWS's operations tell of the pieces of a pipeline: the members that the console shows.
export interface LogOptions {
  Enabled?: boolean;
  LogGroupName?: string;
  LogStreamName?: string;
}

export interface BucketTarget {
  RoleARN?: string;
  BucketARN: string;
  Prefix?: string;
  ErrorOutputPrefix?: string;
  CompressionFormat?: string;
  FileExtension?: string;
  BufferingHints?: { SizeInMBs?: number; IntervalInSeconds?: number };
  CloudWatchLoggingOptions?: LogOptions;
}

export interface CollectionTarget {
  RoleARN?: string;
  CollectionEndpoint?: string;
  IndexName: string;
  S3BackupMode?: string;
  BufferingHints?: { SizeInMBs?: number; IntervalInSeconds?: number };
  RetryOptions?: { DurationInSeconds?: number };
  S3DestinationDescription?: BucketTarget;
  CloudWatchLoggingOptions?: LogOptions;
}

export interface Delivery {
  DeliveryStreamName: string;
  DeliveryStreamARN: string;
  DeliveryStreamStatus: string;
  DeliveryStreamType: string;
  VersionId?: string;
  CreateTimestamp?: number;
  FailureDescription?: { Type?: string; Details?: string };
  Source?: { KinesisStreamSourceDescription?: { KinesisStreamARN: string; RoleARN?: string } };
  Destinations: {
    S3DestinationDescription?: BucketTarget;
    ExtendedS3DestinationDescription?: BucketTarget;
    AmazonOpenSearchServerlessDestinationDescription?: CollectionTarget;
  }[];
}

export interface Stream {
  StreamName: string;
  StreamARN: string;
  StreamStatus: string;
  OpenShardCount?: number;
  StreamModeDetails?: { StreamMode?: string };
  RetentionPeriodHours?: number;
  StreamCreationTimestamp?: number;
  ConsumerCount?: number;
}

export interface Collection {
  id: string;
  name: string;
  status: string;
  type?: string;
  failureMessage?: string;
}
