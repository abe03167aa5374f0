// Data Firehose: delivery streams that carry records from a Kinesis stream, or put directly, into an OpenSearch
// Serverless collection or an S3 bucket.
//
// Thread-safe. Configurations live in the metadata; every shard of every active delivery stream has a Delivery with a
// thread. What PutRecord acknowledged lies synced in a stream log until it is delivered.
// https://docs.aws.amazon.com/firehose/latest/APIReference/Welcome.html
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "services/firehose/delivery.h"

namespace standpipe::firehose {

class Firehose final : public Operations {
 public:
  Firehose(Metadata& metadata, const Surroundings& surroundings, opensearch::DataPlane& data_plane, MetricSink& metrics,
           Defaults defaults);
  ~Firehose() override;

  // Begins to deliver for every delivery stream that the metadata knows. Once, when all services are there.
  void start();
  // Delivers everything that is buffered now; false if the deadline passed before.
  bool flush(Deadline deadline);
  // Forgets what runs; the metadata has been cleared.
  void reset();

  CreateDeliveryStreamOutput create_delivery_stream(const aws::Request&, const CreateDeliveryStreamInput&) override;
  DeleteDeliveryStreamOutput delete_delivery_stream(const aws::Request&, const DeleteDeliveryStreamInput&) override;
  DescribeDeliveryStreamOutput describe_delivery_stream(const aws::Request&,
                                                        const DescribeDeliveryStreamInput&) override;
  ListDeliveryStreamsOutput list_delivery_streams(const aws::Request&, const ListDeliveryStreamsInput&) override;
  PutRecordOutput put_record(const aws::Request&, const PutRecordInput&) override;
  PutRecordBatchOutput put_record_batch(const aws::Request&, const PutRecordBatchInput&) override;
  TagDeliveryStreamOutput tag_delivery_stream(const aws::Request&, const TagDeliveryStreamInput&) override;
  UntagDeliveryStreamOutput untag_delivery_stream(const aws::Request&, const UntagDeliveryStreamInput&) override;
  ListTagsForDeliveryStreamOutput list_tags_for_delivery_stream(const aws::Request&,
                                                                const ListTagsForDeliveryStreamInput&) override;

  aws::Accesses access(const aws::Request&, const CreateDeliveryStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteDeliveryStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeDeliveryStreamInput&) override;
  aws::Accesses access(const aws::Request&, const ListDeliveryStreamsInput&) override;
  aws::Accesses access(const aws::Request&, const PutRecordInput&) override;
  aws::Accesses access(const aws::Request&, const PutRecordBatchInput&) override;
  aws::Accesses access(const aws::Request&, const TagDeliveryStreamInput&) override;
  aws::Accesses access(const aws::Request&, const UntagDeliveryStreamInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForDeliveryStreamInput&) override;

 private:
  struct Running;  // the deliveries of one stream
  std::optional<Document> document(const aws::Request& request, const std::string& name);
  Configuration configuration(const aws::Request& request, const std::string& name);  // or ResourceNotFoundException
  void check_roles(const Configuration& stream);
  void run(const Configuration& stream);
  void follow_shards(Running& running, std::stop_token stop);
  void open_deliveries(Running& running);
  void update_tags(const aws::Request& request, const std::string& name,
                   const std::function<void(std::vector<Tag>&)>& change);
  std::vector<Appended> append(const aws::Request& request, const std::string& name, std::span<const Record> records);

  Metadata& metadata_;
  const Surroundings surroundings_;
  opensearch::DataPlane& data_plane_;
  MetricSink& metrics_;
  const Defaults defaults_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Running>> running_;  // by Configuration::id
};

}  // namespace standpipe::firehose
