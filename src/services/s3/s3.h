// S3: buckets, objects, listings, copies and multipart uploads. What there is is in metadata, bytes are blobs of an
// Objects engine; an object is replaced by one transaction, so readers see the old or the new one, whole. Not
// versioned; no bucket policies or ACLs: only the account that owns a bucket has access, by its IAM policies.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/access.h"
#include "base/clock.h"
#include "base/workers.h"
#include "generated/s3.h"
#include "metadata/metadata.h"
#include "objects/objects.h"
#include "services/s3/blobs.h"
#include "services/s3/body.h"
#include "services/s3/copy_source.h"
#include "services/s3/stored_object.h"

namespace standpipe::s3 {

class S3 final : public Operations {
 public:
  S3(Metadata& metadata, Objects& objects, Clock& clock, const aws::Authorizer& authorizer)
      : metadata_(metadata), clock_(clock), authorizer_(authorizer), blobs_(std::make_shared<Blobs>(objects)) {}

  // Before the first request: removes, in the background, blobs of an earlier run that no object names.
  void start();
  // The part of it that does the work; `found` is what the engine listed before the first request.
  void sweep(const std::vector<std::string>& found, std::stop_token stop);

  CreateBucketOutput create_bucket(const aws::Request&, const CreateBucketInput&) override;
  HeadBucketOutput head_bucket(const aws::Request&, const HeadBucketInput&) override;
  ListBucketsOutput list_buckets(const aws::Request&, const ListBucketsInput&) override;
  GetBucketLocationOutput get_bucket_location(const aws::Request&, const GetBucketLocationInput&) override;
  DeleteBucketOutput delete_bucket(const aws::Request&, const DeleteBucketInput&) override;

  PutObjectOutput put_object(const aws::Request&, const PutObjectInput&) override;
  GetObjectOutput get_object(const aws::Request&, const GetObjectInput&) override;
  HeadObjectOutput head_object(const aws::Request&, const HeadObjectInput&) override;
  CopyObjectOutput copy_object(const aws::Request&, const CopyObjectInput&) override;
  DeleteObjectOutput delete_object(const aws::Request&, const DeleteObjectInput&) override;
  DeleteObjectsOutput delete_objects(const aws::Request&, const DeleteObjectsInput&) override;
  ListObjectsOutput list_objects(const aws::Request&, const ListObjectsInput&) override;
  ListObjectsV2Output list_objects_v2(const aws::Request&, const ListObjectsV2Input&) override;

  CreateMultipartUploadOutput create_multipart_upload(const aws::Request&, const CreateMultipartUploadInput&) override;
  UploadPartOutput upload_part(const aws::Request&, const UploadPartInput&) override;
  UploadPartCopyOutput upload_part_copy(const aws::Request&, const UploadPartCopyInput&) override;
  CompleteMultipartUploadOutput complete_multipart_upload(const aws::Request&,
                                                          const CompleteMultipartUploadInput&) override;
  AbortMultipartUploadOutput abort_multipart_upload(const aws::Request&, const AbortMultipartUploadInput&) override;
  ListMultipartUploadsOutput list_multipart_uploads(const aws::Request&, const ListMultipartUploadsInput&) override;
  ListPartsOutput list_parts(const aws::Request&, const ListPartsInput&) override;

  aws::Accesses access(const aws::Request&, const CreateBucketInput&) override;
  aws::Accesses access(const aws::Request&, const HeadBucketInput&) override;
  aws::Accesses access(const aws::Request&, const ListBucketsInput&) override;
  aws::Accesses access(const aws::Request&, const GetBucketLocationInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteBucketInput&) override;
  aws::Accesses access(const aws::Request&, const PutObjectInput&) override;
  aws::Accesses access(const aws::Request&, const GetObjectInput&) override;
  aws::Accesses access(const aws::Request&, const HeadObjectInput&) override;
  aws::Accesses access(const aws::Request&, const CopyObjectInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteObjectInput&) override;
  // None: each key is decided by itself while the request runs, and refused in the answer's `Errors`.
  aws::Accesses access(const aws::Request&, const DeleteObjectsInput&) override;
  aws::Accesses access(const aws::Request&, const ListObjectsInput&) override;
  aws::Accesses access(const aws::Request&, const ListObjectsV2Input&) override;
  aws::Accesses access(const aws::Request&, const CreateMultipartUploadInput&) override;
  aws::Accesses access(const aws::Request&, const UploadPartInput&) override;
  aws::Accesses access(const aws::Request&, const UploadPartCopyInput&) override;
  aws::Accesses access(const aws::Request&, const CompleteMultipartUploadInput&) override;
  aws::Accesses access(const aws::Request&, const AbortMultipartUploadInput&) override;
  aws::Accesses access(const aws::Request&, const ListMultipartUploadsInput&) override;
  aws::Accesses access(const aws::Request&, const ListPartsInput&) override;

 private:
  // An object with a hold on its bytes.
  struct HeldObject {
    StoredObject object;
    std::shared_ptr<Blobs::Hold> hold;
  };

  // The bucket if the request's account owns it; throws NoSuchBucket or AccessDenied.
  StoredBucket bucket(const aws::Request& request, const std::string& name,
                      const std::optional<std::string>& expected_owner);
  // Throws NoSuchKey, or AccessDenied if the principal may not list the bucket and so must not learn what is missing.
  HeldObject held_object(const aws::Request& request, const std::string& bucket, const std::string& key);
  [[noreturn]] void refuse_missing(const aws::Request& request, const std::string& bucket,
                                   const std::string& key) const;
  // Puts `object` in place of what is there and lets go of the old blobs, except those that it keeps itself. If this
  // throws, nothing has changed. `check_current` sees what is there and may refuse; `with` adds to the transaction.
  using CheckCurrent = std::function<void(const std::optional<StoredObject>&)>;
  void replace(const std::string& bucket, const StoredObject& object, const CheckCurrent& check_current,
               const std::function<void(MetadataTransaction&)>& with = {});

  HeldObject copy_source_object(const aws::Request& request, const CopySource& source,
                                const std::optional<std::string>& expected_owner);

  StoredUpload upload(const std::string& bucket, const std::string& key, const std::string& id);
  void put_part(const StoredUpload& upload, const StoredPart& part);
  std::vector<StoredPart> parts_of(const StoredUpload& upload, const CompleteMultipartUploadInput& input);

  Metadata& metadata_;
  Clock& clock_;
  const aws::Authorizer& authorizer_;
  std::shared_ptr<Blobs> blobs_;
  Background sweeper_;  // last: stopped before the rest goes
};

std::string bucket_arn(std::string_view bucket);
std::string object_arn(std::string_view bucket, std::string_view key);

aws::Error no_such_key(const std::string& key);
aws::Error no_such_bucket(const std::string& bucket);
aws::Error no_such_upload(const std::string& id);

}  // namespace standpipe::s3
