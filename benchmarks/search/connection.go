package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const requestTimeout = 5 * time.Minute

// One connection that is kept, with one request at a time. Not for several goroutines.
type connection struct {
	client http.Client
	signer *v4.Signer
	answer bytes.Buffer
}

func connect() *connection {
	transport := &http.Transport{MaxConnsPerHost: 1, DisableCompression: true, ReadBufferSize: 1 << 16,
		WriteBufferSize: 1 << 18}
	return &connection{client: http.Client{Transport: transport, Timeout: requestTimeout}, signer: v4.NewSigner()}
}

func (c *connection) signed(path, contentType string, body []byte) (*http.Request, error) {
	request, err := http.NewRequest(http.MethodPost, *endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	if *accessKey == "" {
		return request, nil
	}
	digest := sha256.Sum256(body)
	hash := hex.EncodeToString(digest[:])
	request.Header.Set("X-Amz-Content-Sha256", hash)
	credentials := aws.Credentials{AccessKeyID: *accessKey, SecretAccessKey: *secretKey}
	return request, c.signer.SignHTTP(context.Background(), credentials, request, hash, "aoss", *region, time.Now())
}

// The answer, which lives until the next request, and the milliseconds from the first byte sent to the last one read.
func (c *connection) post(path, contentType string, body []byte) ([]byte, float64, error) {
	request, err := c.signed(path, contentType, body)
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	response, err := c.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	c.answer.Reset()
	if _, err = io.Copy(&c.answer, response.Body); err != nil {
		return nil, 0, err
	}
	took := since(start)
	if response.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("%s: %d %.2000s", path, response.StatusCode, c.answer.String())
	}
	return c.answer.Bytes(), took, nil
}
