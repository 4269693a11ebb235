package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/client-go/util/jsonpath"
)

type row struct {
	Path  string          `json:"path"`
	Body  json.RawMessage `json:"body"`
	Found *string         `json:"found,omitempty"`
	Error *string         `json:"error,omitempty"`
}

func main() {
	sc := bufio.NewScanner(os.Stdin)
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	for sc.Scan() {
		var r row
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			panic(err)
		}
		r.Found, r.Error = nil, nil
		if found, err := first(r.Path, r.Body); err != "" {
			r.Error = &err
		} else {
			r.Found = &found
		}
		enc.Encode(r)
	}
}

// As the web provider does it: parse, find, take the first value there is.
func first(path string, body []byte) (text string, fault string) {
	defer func() {
		if r := recover(); r != nil {
			text, fault = "", fmt.Sprint(r)
		}
	}()
	var data any
	if err := json.Unmarshal(body, &data); err != nil {
		panic(err)
	}
	parser := jsonpath.New("metrics")
	if err := parser.Parse(path); err != nil {
		return "", err.Error()
	}
	results, err := parser.FindResults(data)
	if err != nil {
		return "", "Could not find JSONPath in body: " + err.Error()
	}
	for _, block := range results {
		for _, r := range block {
			text, err := json.Marshal(r.Interface())
			if err != nil {
				return "", err.Error()
			}
			return string(text), ""
		}
	}
	return "", "result of web metric produced no value"
}
