// The scenario of tests/acceptance/opensearch/test_opensearch_clients.py with opensearch-java and its AWS transport.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.TrustManagerFactory;
import org.opensearch.client.json.JsonData;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.opensearch._types.SortOrder;
import org.opensearch.client.opensearch.core.BulkRequest;
import org.opensearch.client.opensearch.core.BulkResponse;
import org.opensearch.client.opensearch.core.SearchRequest;
import org.opensearch.client.opensearch.core.SearchResponse;
import org.opensearch.client.opensearch.core.bulk.BulkResponseItem;
import org.opensearch.client.opensearch.core.msearch.MultiSearchResponseItem;
import org.opensearch.client.opensearch.core.search.Hit;
import org.opensearch.client.opensearch.core.search.Pit;
import org.opensearch.client.transport.aws.AwsSdk2Transport;
import org.opensearch.client.transport.aws.AwsSdk2TransportOptions;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;

public final class OpenSearch {
  private static final String INDEX = "logs-1";
  private static final List<String> LEVELS = List.of("info", "warn", "info", "info", "warn");

  private interface Call {
    Object run() throws Exception;
  }

  private final SdkAsyncHttpClient http; // Apache's sends no body with a DELETE
  private final OpenSearchClient client;
  private final boolean timed = System.getenv("KIND").equals("TIMESERIES"); // no document is given an id
  private final Map<String, Object> seen = new TreeMap<>();

  private OpenSearch() throws Exception {
    http = NettyNioAsyncHttpClient.builder()
        .tlsTrustManagersProvider(trust(Path.of(System.getenv("AUTHORITY")))).build();
    client = client("KEY", "SECRET");
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

  private OpenSearchClient client(String key, String secret) {
    final AwsBasicCredentials credentials = AwsBasicCredentials.create(System.getenv(key), System.getenv(secret));
    return new OpenSearchClient(new AwsSdk2Transport(
        http, System.getenv("ENDPOINT").substring("https://".length()), "aoss", Region.of(System.getenv("REGION")),
        AwsSdk2TransportOptions.builder().setCredentials(StaticCredentialsProvider.create(credentials)).build()));
  }

  private static List<Map<String, Object>> events() {
    final List<Map<String, Object>> events = new ArrayList<>();
    for (int day = 1; day <= LEVELS.size(); ++day) {
      final Object took = day == 4 ? "soon" : Integer.valueOf(10 * day);
      events.add(Map.of("at", "2026-03-0" + day + "T12:00:00Z", "level", LEVELS.get(day - 1), "took", took));
    }
    return events;
  }

  // What the call answers, or how it is refused: its status and the error's type.
  private static Object told(Call call) throws Exception {
    try {
      return call.run();
    } catch (OpenSearchException error) {
      // The client's own word for an answer without a body.
      return List.of(error.status(), error.error().type().equals("http_exception") ? "" : error.error().type());
    }
  }

  private void create() throws Exception {
    seen.put("template", client.indices().putIndexTemplate(template -> template.name("logs").indexPatterns("logs-*")
        .template(of -> of.mappings(mapping -> mapping.properties(
            "level", field -> field.keyword(keyword -> keyword))))).acknowledged());
    seen.put("created", client.indices().create(index -> index.index(INDEX).mappings(mapping -> mapping
        .properties("at", field -> field.date(date -> date))
        .properties("took", field -> field.integer(integer -> integer)))).index());
    seen.put("again", told(() -> client.indices().create(index -> index.index(INDEX))));
    final Map<String, String> types = new TreeMap<>();
    client.indices().getMapping(of -> of.index(INDEX)).result().get(INDEX).mappings().properties()
        .forEach((name, field) -> types.put(name, field._kind().jsonValue()));
    seen.put("mapping", types);
  }

  private BulkResponse write() throws Exception {
    final BulkRequest.Builder bulk = new BulkRequest.Builder();
    int number = 0;
    for (Map<String, Object> event : events()) {
      final String id = timed ? null : String.valueOf(++number);
      bulk.operations(operation -> operation.index(index -> index.index(INDEX).id(id).document(event)));
    }
    final BulkResponse written = client.bulk(bulk.build());
    seen.put("bulk", List.of(written.errors(), written.items().stream().map(BulkResponseItem::status).toList(),
        written.items().get(3).error().type()));
    return written;
  }

  private void search() throws Exception {
    final SearchResponse<Map> found = client.search(search -> search.index(INDEX).size(0)
        .query(query -> query.range(range -> range.field("at").gte(JsonData.of("2026-03-02"))))
        .aggregations("levels", levels -> levels.terms(terms -> terms.field("level"))
            .aggregations("took", took -> took.avg(avg -> avg.field("took")))), Map.class);
    final Map<String, Object> levels = new TreeMap<>();
    found.aggregations().get("levels").sterms().buckets().array().forEach(bucket -> levels.put(
        bucket.key(), List.of(bucket.docCount(), bucket.aggregations().get("took").avg().value())));
    seen.put("found", List.of(found.hits().total().value(), levels));

    final List<MultiSearchResponseItem<Map>> several = client.msearch(searches -> searches
        .searches(one -> one.header(header -> header.index(INDEX))
            .body(body -> body.query(query -> query.term(term -> term.field("level").value(FieldValue.of("warn"))))))
        .searches(one -> one.header(header -> header.index("none")).body(body -> body)), Map.class).responses();
    seen.put("several", List.of(several.get(0).result().hits().total().value(), several.get(1).failure().status(),
        several.get(1).failure().error().type()));
  }

  // What each page shows of all events, by their time, in a point in time that a later event is not in.
  private void pages() throws Exception {
    final String point = client.createPit(pit -> pit.index(INDEX).keepAlive(alive -> alive.time("1m"))).pitId();
    client.index(index -> index.index(INDEX).document(Map.of("at", "2026-03-06", "level", "late", "took", 60)));
    final List<List<Object>> shown = new ArrayList<>();
    for (List<FieldValue> after = List.of();;) {
      final SearchRequest.Builder search = new SearchRequest.Builder().size(3)
          .sort(sort -> sort.field(field -> field.field("at").order(SortOrder.Asc)))
          .pit(Pit.of(pit -> pit.id(point).keepAlive("1m")));
      if (!after.isEmpty()) search.searchAfter(after);
      final List<Hit<Map>> hits = client.search(search.build(), Map.class).hits().hits();
      if (hits.isEmpty()) break;
      shown.add(hits.stream().map(hit -> hit.source().get("took")).toList());
      after = hits.get(hits.size() - 1).sort();
    }
    client.deletePit(pit -> pit.pitId(point));
    seen.put("pages", shown);
  }

  private void change(String first, String second) throws Exception {
    client.indices().updateAliases(aliases -> aliases.actions(
        action -> action.add(add -> add.index("logs-*").alias("logs"))));
    seen.put("alias", client.count(count -> count.index("logs")).count());
    seen.put("updated", told(() -> client.update(
        update -> update.index(INDEX).id(first).doc(Map.of("took", 11)), Map.class).result().jsonValue()));
    seen.put("deleted", client.delete(delete -> delete.index(INDEX).id(second)).result().jsonValue());
    seen.put("gone", client.exists(exists -> exists.index(INDEX).id(second)).value());
    final BulkResponseItem named = client.bulk(bulk -> bulk.operations(operation -> operation.create(
        create -> create.index(INDEX).id("6").document(events().get(0))))).items().get(0);
    seen.put("named", List.of(named.status(), named.error() == null ? named.result() : named.error().type()));
  }

  public static void main(String[] arguments) throws Exception {
    final OpenSearch scenario = new OpenSearch();
    final OpenSearchClient client = scenario.client;
    final Map<String, Object> seen = scenario.seen;
    scenario.create();
    final List<BulkResponseItem> written = scenario.write().items();
    seen.put("got", client.get(get -> get.index(INDEX).id(written.get(0).id()), Map.class).source());
    scenario.search();
    scenario.pages();
    scenario.change(written.get(0).id(), written.get(1).id());
    seen.put("missing", told(() -> client.search(search -> search.index("none"), Map.class)));
    seen.put("stranger", told(() -> scenario.client("STRANGER_KEY", "STRANGER_SECRET")
        .search(search -> search.index(INDEX), Map.class)));
    System.out.println(new ObjectMapper().writeValueAsString(seen));
    scenario.http.close();
  }
}
