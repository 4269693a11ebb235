// Command oracle answers PromQL cases with the real Prometheus engine over a real TSDB.
// It reads cases as JSON on standard input and writes the answers, in the same order, on standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

type series struct {
	Labels  map[string]string `json:"labels"`
	Samples []sample          `json:"samples"`
}

type sample struct {
	TimeMs int64  `json:"t"`
	Value  string `json:"v"`
}

type question struct {
	Query   string `json:"query"`
	StartMs int64  `json:"startMs"`
	EndMs   int64  `json:"endMs"`
	StepMs  int64  `json:"stepMs"`
}

type group struct {
	Name      string     `json:"name"`
	Series    []series   `json:"series"`
	Questions []question `json:"questions"`
}

type element struct {
	Labels map[string]string `json:"labels"`
	Points []sample          `json:"points"`
}

type answer struct {
	Type     string    `json:"type,omitempty"`
	Elements []element `json:"elements,omitempty"`
	Text     string    `json:"text,omitempty"`
	Error    string    `json:"error,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
}

type answeredGroup struct {
	Name    string   `json:"name"`
	Answers []answer `json:"answers"`
}

func main() {
	var groups []group
	must(json.NewDecoder(os.Stdin).Decode(&groups))
	// The flags of a default server: no experimental functions, @ and negative offsets on.
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:               50_000_000,
		Timeout:                  time.Minute,
		LookbackDelta:            5 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		Parser:                   parser.NewParser(parser.Options{}),
	})
	out := make([]answeredGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, answeredGroup{g.Name, answerGroup(engine, g)})
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(out))
}

func answerGroup(engine *promql.Engine, g group) []answer {
	dir, err := os.MkdirTemp("", "promql-oracle")
	must(err)
	defer os.RemoveAll(dir)
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 1 << 50
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, options, nil)
	must(err)
	defer db.Close()
	appender := db.Appender(context.Background())
	for _, s := range g.Series {
		for _, p := range s.Samples {
			_, err := appender.Append(0, labels.FromMap(s.Labels), p.TimeMs, number(p.Value))
			must(err)
		}
	}
	must(appender.Commit())
	answers := make([]answer, 0, len(g.Questions))
	for _, q := range g.Questions {
		answers = append(answers, ask(engine, db, q))
	}
	return answers
}

func ask(engine *promql.Engine, db storage.Queryable, q question) answer {
	ctx := context.Background()
	var query promql.Query
	var err error
	if q.StepMs == 0 {
		query, err = engine.NewInstantQuery(ctx, db, nil, q.Query, time.UnixMilli(q.StartMs))
	} else {
		query, err = engine.NewRangeQuery(ctx, db, nil, q.Query, time.UnixMilli(q.StartMs),
			time.UnixMilli(q.EndMs), time.Duration(q.StepMs)*time.Millisecond)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer query.Close()
	result := query.Exec(ctx)
	if result.Err != nil {
		return answer{Error: result.Err.Error()}
	}
	reply := answer{Type: string(result.Value.Type())}
	warnings, infos := result.Warnings.AsStrings(q.Query, 0, 0)
	reply.Notes = append(warnings, infos...)
	switch v := result.Value.(type) {
	case promql.Scalar:
		reply.Elements = []element{{Points: []sample{{v.T, text(v.V)}}}}
	case promql.String:
		reply.Text = v.V
	case promql.Vector:
		for _, s := range v {
			reply.Elements = append(reply.Elements, element{s.Metric.Map(), []sample{{s.T, text(s.F)}}})
		}
	case promql.Matrix:
		for _, s := range v {
			e := element{Labels: s.Metric.Map()}
			for _, p := range s.Floats {
				e.Points = append(e.Points, sample{p.T, text(p.F)})
			}
			reply.Elements = append(reply.Elements, e)
		}
	}
	return reply
}

// text writes a value as the HTTP API does.
func text(v float64) string {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.FormatFloat(v, format, -1, 64)
}

func number(s string) float64 {
	if s == "stale" {
		return math.Float64frombits(value.StaleNaN)
	}
	v, err := strconv.ParseFloat(s, 64)
	must(err)
	return v
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
