// The scenario of tests/acceptance/kinesis/test_clients.py with the AWS SDK for Java v2: calls by the synchronous
// client (CBOR), the subscription by the asynchronous one (HTTP/2).
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.*;

public final class Kinesis {
  private static final String STREAM = "stream";
  private static final String SHARD = "shardId-000000000000";
  private static final String MIDDLE = "170141183460469231731687303715884105728";

  private final KinesisClient client;
  private final KinesisAsyncClient async;
  private final Map<String, Object> seen = new ConcurrentHashMap<>();
  private final Set<String> forms = ConcurrentHashMap.newKeySet();

  private Kinesis() throws Exception {
    final TlsTrustManagersProvider trust = trust(Path.of(System.getenv("AUTHORITY")));
    client = configured(KinesisClient.builder(), notesForms())
        .httpClientBuilder(Apache5HttpClient.builder().tlsTrustManagersProvider(trust)).build();
    async = configured(KinesisAsyncClient.builder())
        .httpClientBuilder(NettyNioAsyncHttpClient.builder().tlsTrustManagersProvider(trust)).build();
  }

  private <B extends AwsClientBuilder<B, C>, C> B configured(B builder, ExecutionInterceptor... interceptors) {
    return builder.endpointOverride(URI.create(System.getenv("ENDPOINT"))).region(Region.of(System.getenv("REGION")))
        .credentialsProvider(StaticCredentialsProvider.create(
            AwsBasicCredentials.create(System.getenv("ACCOUNT"), "test")))
        .overrideConfiguration(ClientOverrideConfiguration.builder()
            .executionInterceptors(List.of(interceptors)).retryStrategy(retries -> retries.maxAttempts(1)).build());
  }

  private ExecutionInterceptor notesForms() {
    return new ExecutionInterceptor() {
      @Override
      public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        context.httpRequest().firstMatchingHeader("Content-Type").ifPresent(forms::add);
      }
    };
  }

  private static TlsTrustManagersProvider trust(Path authority) throws Exception {
    final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream file = Files.newInputStream(authority)) {
      store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    final TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory::getTrustManagers;
  }

  private static String base64(SdkBytes data) {
    return Base64.getEncoder().encodeToString(data.asByteArray());
  }

  private StreamDescriptionSummary summary() {
    return client.describeStreamSummary(r -> r.streamName(STREAM)).streamDescriptionSummary();
  }

  private void create() {
    client.createStream(r -> r.streamName(STREAM).shardCount(1));
    client.waiter().waitUntilStreamExists(r -> r.streamName(STREAM));
    seen.put("created", summary().streamStatusAsString());
  }

  private void put(String data) {
    final SdkBytes bytes = SdkBytes.fromUtf8String(data);
    seen.put("put", client.putRecord(r -> r.streamName(STREAM).partitionKey("k").data(bytes)).shardId());
  }

  private void putBatch() {
    final PutRecordsResponse answer = client.putRecords(r -> r.streamName(STREAM).records(
        entry -> entry.partitionKey("k").data(SdkBytes.fromUtf8String("two")),
        entry -> entry.partitionKey("k").data(SdkBytes.fromByteArray(new byte[] {0, (byte) 255}))));
    seen.put("batch", Map.of("failed", answer.failedRecordCount(),
        "shards", answer.records().stream().map(PutRecordsResultEntry::shardId).toList()));
  }

  private void read() {
    final String at = client.getShardIterator(r -> r.streamName(STREAM).shardId(SHARD)
        .shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
    final List<software.amazon.awssdk.services.kinesis.model.Record> records =
        client.getRecords(r -> r.shardIterator(at)).records();
    seen.put("read", records.stream().map(record -> base64(record.data())).toList());
    seen.put("recent", records.stream().allMatch(record ->
        Duration.between(record.approximateArrivalTimestamp(), Instant.now()).abs().toSeconds() < 60));
  }

  // Reads until the shard has ended: what was there, what is put meanwhile, and the children at the end.
  private void subscribe() throws Exception {
    final String stream = summary().streamARN();
    final String consumer = client.registerStreamConsumer(r -> r.streamARN(stream).consumerName("consumer"))
        .consumer().consumerARN();
    final List<String> data = new ArrayList<>();
    final List<String> children = new ArrayList<>();
    final SubscribeToShardResponseHandler.Visitor visitor = SubscribeToShardResponseHandler.Visitor.builder()
        .onSubscribeToShardEvent(event -> {
          event.records().forEach(record -> data.add(base64(record.data())));
          event.childShards().forEach(child -> children.add(child.shardId()));
          if (event.records().isEmpty()) return;
          // Not on the connection's own thread: calls block.
          if (data.size() == 3) CompletableFuture.runAsync(() -> put("late"));
          if (data.size() == 4) CompletableFuture.runAsync(this::split);
        }).build();
    async.subscribeToShard(r -> r.consumerARN(consumer).shardId(SHARD)
            .startingPosition(position -> position.type(ShardIteratorType.TRIM_HORIZON)),
        SubscribeToShardResponseHandler.builder().subscriber(visitor).build()).get(30, TimeUnit.SECONDS);
    seen.put("subscribed", data);
    seen.put("children", children);
  }

  private SplitShardResponse split() {
    return client.splitShard(r -> r.streamName(STREAM).shardToSplit(SHARD).newStartingHashKey(MIDDLE));
  }

  private void merge() {
    client.mergeShards(r -> r.streamName(STREAM).shardToMerge("shardId-000000000001")
        .adjacentShardToMerge("shardId-000000000002"));
    seen.put("merged", client.listShards(r -> r.streamName(STREAM).shardFilter(f -> f.type(ShardFilterType.AT_LATEST)))
        .shards().stream().map(Shard::shardId).toList());
  }

  private static String classOf(Runnable call) {
    try {
      call.run();
      return "none";
    } catch (Exception error) {
      return error.getClass().getSimpleName();
    }
  }

  private void refusals() {
    seen.put("errors", Map.of(
        "missing", classOf(() -> client.describeStreamSummary(r -> r.streamName("nothing"))),
        "again", classOf(() -> client.createStream(r -> r.streamName(STREAM).shardCount(1))),
        "many", classOf(() -> client.createStream(r -> r.streamName("nothing").shardCount(1_000_000))),
        "forged", classOf(() -> client.getRecords(r -> r.shardIterator("forged"))),
        "closed", classOf(this::split)));
  }

  private static String json(Object value) {
    if (value instanceof Map<?, ?> map) {
      return "{" + String.join(",", map.entrySet().stream()
          .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue())).toList()) + "}";
    }
    if (value instanceof List<?> list) return "[" + String.join(",", list.stream().map(Kinesis::json).toList()) + "]";
    return value instanceof String text ? "\"" + text + "\"" : String.valueOf(value);
  }

  public static void main(String[] arguments) throws Exception {
    final Kinesis scenario = new Kinesis();
    scenario.create();
    scenario.put("one");
    scenario.putBatch();
    scenario.read();
    scenario.subscribe();
    scenario.merge();
    scenario.refusals();
    scenario.seen.put("forms", List.copyOf(scenario.forms));
    System.out.println(json(scenario.seen));
    scenario.client.close();
    scenario.async.close();
  }
}
