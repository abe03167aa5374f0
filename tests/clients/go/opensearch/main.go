// The scenario of tests/acceptance/opensearch/test_opensearch_clients.py with opensearch-go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/opensearchapi"
	"github.com/opensearch-project/opensearch-go/v4/signer/awsv2"
)

const index = "logs-1"

type object map[string]any

type scenario struct {
	context context.Context
	client  *opensearchapi.Client
	timed   bool // no document is given an id
	seen    object
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func body(values ...any) io.Reader {
	lines := ""
	for _, value := range values {
		lines += string(must(json.Marshal(value))) + "\n"
	}
	return strings.NewReader(lines)
}

func events() []object {
	made := []object{}
	for place, level := range []string{"info", "warn", "info", "info", "warn"} {
		at := fmt.Sprintf("2026-03-0%dT12:00:00Z", place+1)
		made = append(made, object{"at": at, "level": level, "took": 10 * (place + 1)})
	}
	made[3]["took"] = "soon"
	return made
}

func newClient(key, secret string) *opensearchapi.Client {
	signer := must(awsv2.NewSignerWithService(aws.Config{Region: os.Getenv("REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv(key), os.Getenv(secret), "")}, "aoss"))
	return must(opensearchapi.NewClient(opensearchapi.Config{Client: opensearch.Config{
		Addresses: []string{os.Getenv("ENDPOINT")}, Signer: signer, DisableRetry: true,
		CACert: must(os.ReadFile(os.Getenv("AUTHORITY")))}}))
}

// [status, the error's type] of a call that must not succeed.
func refusal(answer interface{ Inspect() opensearchapi.Inspect }, err error) []any {
	if err == nil {
		return nil
	}
	var told *opensearch.StructError
	if errors.As(err, &told) {
		return []any{told.Status, told.Err.Type}
	}
	return []any{answer.Inspect().Response.StatusCode, ""}
}

func (s *scenario) create() {
	s.seen["template"] = must(s.client.IndexTemplate.Create(s.context, opensearchapi.IndexTemplateCreateReq{
		IndexTemplate: "logs", Body: body(object{"index_patterns": []string{"logs-*"}, "template": object{
			"mappings": object{"properties": object{"level": object{"type": "keyword"}}}}})})).Acknowledged
	request := opensearchapi.IndicesCreateReq{Index: index, Body: body(object{"mappings": object{"properties": object{
		"at": object{"type": "date"}, "took": object{"type": "integer"}}}})}
	s.seen["created"] = must(s.client.Indices.Create(s.context, request)).Index
	again, err := s.client.Indices.Create(s.context, opensearchapi.IndicesCreateReq{Index: index})
	s.seen["again"] = refusal(again, err)

	var mapping struct {
		Properties map[string]struct{ Type string }
	}
	shown := must(s.client.Indices.Mapping.Get(s.context, &opensearchapi.MappingGetReq{Indices: []string{index}}))
	must(0, json.Unmarshal(shown.GetIndices()[index].Mappings, &mapping))
	types := object{}
	for name, field := range mapping.Properties {
		types[name] = field.Type
	}
	s.seen["mapping"] = types
}

// Writes the events; the ids of the first two.
func (s *scenario) write() (string, string) {
	lines := []any{}
	for place, event := range events() {
		action := object{"_index": index}
		if !s.timed {
			action["_id"] = fmt.Sprint(place + 1)
		}
		lines = append(lines, object{"index": action}, event)
	}
	written := must(s.client.Bulk(s.context, opensearchapi.BulkReq{Body: body(lines...)}))
	statuses := []int{}
	for _, item := range written.Items {
		statuses = append(statuses, item["index"].Status)
	}
	s.seen["bulk"] = []any{written.Errors, statuses, written.Items[3]["index"].Error.Type}
	return written.Items[0]["index"].ID, written.Items[1]["index"].ID
}

func (s *scenario) search() {
	found := must(s.client.Search(s.context, &opensearchapi.SearchReq{Indices: []string{index}, Body: body(object{
		"size": 0, "query": object{"range": object{"at": object{"gte": "2026-03-02"}}},
		"aggs": object{"levels": object{"terms": object{"field": "level"},
			"aggs": object{"took": object{"avg": object{"field": "took"}}}}}})}))
	var aggregations struct {
		Levels struct {
			Buckets []struct {
				Key   string
				Count int `json:"doc_count"`
				Took  struct{ Value float64 }
			}
		}
	}
	must(0, json.Unmarshal(found.Aggregations, &aggregations))
	levels := object{}
	for _, bucket := range aggregations.Levels.Buckets {
		levels[bucket.Key] = []any{bucket.Count, bucket.Took.Value}
	}
	s.seen["found"] = []any{found.Hits.Total.Value, levels}

	several := must(s.client.MSearch(s.context, opensearchapi.MSearchReq{Body: body(object{"index": index},
		object{"query": object{"term": object{"level": "warn"}}}, object{"index": "none"}, object{})})).Responses
	s.seen["several"] = []any{several[0].Hits.Total.Value, several[1].Status, several[1].Error.Type}
}

// What each page shows of all events, by their time, in a point in time that a later event is not in.
func (s *scenario) pages() {
	point := must(s.client.PointInTime.Create(s.context, opensearchapi.PointInTimeCreateReq{Indices: []string{index},
		Params: opensearchapi.PointInTimeCreateParams{KeepAlive: time.Minute}})).PitID
	must(s.client.Index(s.context, opensearchapi.IndexReq{Index: index,
		Body: body(object{"at": "2026-03-06", "level": "late", "took": 60})}))
	shown := [][]int{}
	request := object{"size": 3, "sort": []any{object{"at": "asc"}}, "pit": object{"id": point, "keep_alive": "1m"}}
	for {
		hits := must(s.client.Search(s.context, &opensearchapi.SearchReq{Body: body(request)})).Hits.Hits
		if len(hits) == 0 {
			break
		}
		page := []int{}
		for _, hit := range hits {
			var event struct{ Took int }
			must(0, json.Unmarshal(hit.Source, &event))
			page = append(page, event.Took)
		}
		shown, request["search_after"] = append(shown, page), hits[len(hits)-1].Sort
	}
	must(s.client.PointInTime.Delete(s.context, opensearchapi.PointInTimeDeleteReq{PitID: []string{point}}))
	s.seen["pages"] = shown
}

func (s *scenario) change(first, second string) {
	must(s.client.Aliases(s.context, opensearchapi.AliasesReq{Body: body(object{"actions": []any{
		object{"add": object{"index": "logs-*", "alias": "logs"}}}})}))
	s.seen["alias"] = must(s.client.Indices.Count(s.context, &opensearchapi.IndicesCountReq{
		Indices: []string{"logs"}})).Count
	updated, err := s.client.Update(s.context, opensearchapi.UpdateReq{Index: index, DocumentID: first,
		Body: body(object{"doc": object{"took": 11}})})
	if s.seen["updated"] = refusal(updated, err); err == nil {
		s.seen["updated"] = updated.Result
	}
	s.seen["deleted"] = must(s.client.Document.Delete(s.context, opensearchapi.DocumentDeleteReq{
		Index: index, DocumentID: second})).Result
	there, _ := s.client.Document.Exists(s.context, opensearchapi.DocumentExistsReq{Index: index, DocumentID: second})
	s.seen["gone"] = there.StatusCode != 404
	named := must(s.client.Bulk(s.context, opensearchapi.BulkReq{Body: body(
		object{"create": object{"_index": index, "_id": "6"}}, events()[0])})).Items[0]["create"]
	if s.seen["named"] = []any{named.Status, named.Result}; named.Error != nil {
		s.seen["named"] = []any{named.Status, named.Error.Type}
	}
}

func main() {
	limited, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := &scenario{limited, newClient("KEY", "SECRET"), os.Getenv("KIND") == "TIMESERIES", object{}}
	s.create()
	first, second := s.write()
	s.seen["got"] = must(s.client.Document.Get(s.context, opensearchapi.DocumentGetReq{
		Index: index, DocumentID: first})).Source
	s.search()
	s.pages()
	s.change(first, second)
	missing, err := s.client.Search(s.context, &opensearchapi.SearchReq{Indices: []string{"none"}})
	s.seen["missing"] = refusal(missing, err)
	stranger, err := newClient("STRANGER_KEY", "STRANGER_SECRET").Search(s.context,
		&opensearchapi.SearchReq{Indices: []string{index}})
	s.seen["stranger"] = refusal(stranger, err)
	must(0, json.NewEncoder(os.Stdout).Encode(s.seen))
}
