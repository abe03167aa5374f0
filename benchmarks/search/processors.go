package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const ticksPerSecond = 100 // what /proc counts in, on every Linux of today

// Who used the processors: seconds since the machine or the process started.
type processors struct {
	at                   time.Time
	server, client, busy float64
}

func sum(fields []string) (total float64) {
	for _, field := range fields {
		ticks, _ := strconv.ParseFloat(field, 64)
		total += ticks / ticksPerSecond
	}
	return total
}

// User and system time of a process.
func processSeconds(name string) float64 {
	text, err := os.ReadFile("/proc/" + name + "/stat")
	if err != nil {
		return 0
	}
	return sum(strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))[11:13])
}

func readProcessors() processors {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	columns := strings.Fields(line)[1:9] // user, nice, system, idle, waiting for disks, interrupts, …
	return processors{time.Now(), processSeconds(fmt.Sprint(*serverProcess)), processSeconds("self"),
		sum(columns) - sum(columns[3:5])}
}

// The server's time for each of `runs`, and which part of the machine was used by neither the server nor this client:
// beyond a tenth, times say more of the others than of the server.
func (f figure) addProcessors(before processors, runs int) {
	now := readProcessors()
	wall := now.at.Sub(before.at).Seconds() * float64(runtime.NumCPU())
	server, client := now.server-before.server, now.client-before.client
	f["server_cpu_ms"] = server * 1000 / float64(max(runs, 1))
	f["others"] = max(0, (now.busy-before.busy-server-client)/wall)
}
