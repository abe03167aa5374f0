// The `aws-chunked` content coding of S3 uploads: chunks that may each carry a signature, and a trailer with a
// checksum. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
#pragma once

#include "aws/signature.h"

namespace standpipe::aws {

// True if the request's body is in this coding.
bool is_aws_chunked(const net::Request& http);

// Replaces body by its decoded form, moves trailers to http.trailers and drops the coding from Content-Encoding.
// Chunk signatures are verified as a chain that begins with the request's own. Bodies over 1 MiB are decoded into an
// unlinked file, so memory stays bounded. Throws Error: IncompleteBody, InvalidChunkSizeError, MalformedTrailerError,
// SignatureDoesNotMatch.
void decode_aws_chunked(net::Request& http, const Authenticated& signer);

}  // namespace standpipe::aws
