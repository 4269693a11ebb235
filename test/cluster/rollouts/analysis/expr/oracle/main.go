package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"

	"github.com/antonmedv/expr"
	"github.com/antonmedv/expr/file"
)

type line struct {
	Type      string          `json:"type"`
	Result    json.RawMessage `json:"result"`
	Condition string          `json:"condition"`
}
type out struct {
	Type      string          `json:"type"`
	Result    json.RawMessage `json:"result"`
	Condition string          `json:"condition"`
	Value     *bool           `json:"value,omitempty"`
	Error     *string         `json:"error,omitempty"`
}

func main() {
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(nil, 1<<20)
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	for sc.Scan() {
		var l line
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			panic(err)
		}
		var result any
		switch l.Type {
		case "vector":
			var xs []any
			json.Unmarshal(l.Result, &xs)
			fs := make([]float64, 0)
			for _, x := range xs {
				fs = append(fs, num(x))
			}
			result = fs
		case "scalar":
			var x any
			json.Unmarshal(l.Result, &x)
			result = num(x)
		default:
			json.Unmarshal(l.Result, &result)
		}
		v, err := eval(result, l.Condition)
		o := out{Type: l.Type, Result: l.Result, Condition: l.Condition}
		if err != nil {
			s := err.Error()
			o.Error = &s
		} else {
			o.Value = &v
		}
		enc.Encode(o)
	}
}
func num(x any) float64 {
	switch v := x.(type) {
	case float64:
		return v
	case string:
		f, _ := strconv.ParseFloat(v, 64)
		return f
	}
	panic("num")
}
func eval(resultValue any, condition string) (bool, error) {
	env := map[string]any{"result": resultValue, "asInt": asInt, "asFloat": asFloat, "isNaN": math.IsNaN,
		"isInf": func(f float64) bool { return math.IsInf(f, 0) },
		"isNil": func(any) bool { return resultValue == nil },
		"default": func(_ any, d any) any {
			if resultValue == nil {
				return d
			}
			return resultValue
		}}
	program, err := expr.Compile(condition, expr.Env(env))
	if err != nil {
		return false, unwrap(err)
	}
	output, err := expr.Run(program, env)
	if err != nil {
		return false, unwrap(err)
	}
	switch val := output.(type) {
	case bool:
		return val, nil
	default:
		return false, fmt.Errorf("expected bool, but got %T", val)
	}
}
func unwrap(err error) error {
	if fe, ok := err.(*file.Error); ok {
		return errors.New(fe.Message)
	}
	return err
}
func asInt(in any) int64 {
	switch i := in.(type) {
	case float64:
		return int64(i)
	case int64:
		return i
	case int:
		return int64(i)
	case uint8:
		return int64(i)
	case string:
		n, err := strconv.ParseInt(i, 10, 64)
		if err == nil {
			return n
		}
		panic(err)
	}
	panic(fmt.Sprintf("asInt() not supported on %v %v", reflect.TypeOf(in), in))
}
func asFloat(in any) float64 {
	switch i := in.(type) {
	case float64:
		return i
	case int64:
		return float64(i)
	case int:
		return float64(i)
	case uint8:
		return float64(i)
	case string:
		n, err := strconv.ParseFloat(i, 64)
		if err == nil {
			return n
		}
		panic(err)
	}
	panic(fmt.Sprintf("asFloat() not supported on %v %v", reflect.TypeOf(in), in))
}
