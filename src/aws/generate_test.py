#!/usr/bin/env python3
"""The generator against its golden files: testdata/golden. `generate_test.py --write` accepts what it makes now."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from naming import quoted, re2_pattern, snake_case

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "testdata/golden"


def generate(folder):
    command = [sys.executable, HERE / "generate.py", GOLDEN, "sample", f"{folder}/sample.h", f"{folder}/sample.cc"]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


class GenerateTest(unittest.TestCase):
    def test_golden(self):
        with tempfile.TemporaryDirectory() as folder:
            generate(folder)
            for name in ("sample.h", "sample.cc"):
                made, golden = (pathlib.Path(folder) / name).read_text(), (GOLDEN / f"{name}.golden").read_text()
                self.assertEqual(made, golden, f"{name} differs; if that is meant: generate_test.py --write")


class NamingTest(unittest.TestCase):
    def test_snake_case(self):
        for name, expected in {
            "StreamARN": "stream_arn", "MaxRecordSizeInKiB": "max_record_size_in_kib", "SSEKMSKeyId": "sse_kms_key_id",
            "ETag": "etag", "SSECustomerKeyMD5": "sse_customer_key_md5", "S3BackupMode": "s3_backup_mode",
            "NotificationARNs": "notification_arns", "ChecksumCRC32C": "checksum_crc32c", "Namespace": "namespace_",
            "logGroupName": "log_group_name", "kmsKeyArn": "kms_key_arn", "IntervalInSeconds": "interval_in_seconds",
            "SizeInMBs": "size_in_mbs", "aWSOwnedKey": "aws_owned_key", "ListObjectsV2": "list_objects_v2",
            "ChecksumCRC64NVME": "checksum_crc64nvme", "URI": "uri",
        }.items():
            self.assertEqual(snake_case(name), expected)

    def test_patterns(self):
        self.assertEqual(re2_pattern("[a-z]+"), ("[a-z]+", None))
        self.assertEqual(re2_pattern(r"[\u0020-\uD7FF]"), (r"[\x{0020}-\x{D7FF}]", None))
        self.assertEqual(re2_pattern("(?!aws:).*")[0], "")
        self.assertEqual(re2_pattern("a{1,2048}")[0], "a{1,}")
        self.assertEqual(re2_pattern("a*+b")[0], "a*b")

    def test_quoted(self):
        self.assertEqual(quoted('a"\\\n??'), '"a\\"\\\\\\012\\?\\?"')


if __name__ == "__main__":
    if "--write" in sys.argv:
        generate(GOLDEN)
        for name in ("sample.h", "sample.cc"):
            (GOLDEN / name).rename(GOLDEN / f"{name}.golden")
    else:
        unittest.main()
