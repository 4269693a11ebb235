// Writes, for the embedded Rollouts controller, what only Go knows: the order, names and omission rules of the
// fields of PodTemplateSpec and of a canary's steps, as encoding/json writes them; and random samples of both with
// the hashes that the real controller's own functions give them, for the tests.
//
//	go run . fields  > ../../../cluster/rollouts/hash/go-fields.json
//	go run . samples > ../../../test/cluster/rollouts/hash/samples.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/conditions"
	"github.com/argoproj/argo-rollouts/utils/hash"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var special = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():  "quantity",
	reflect.TypeFor[intstr.IntOrString](): "intOrString",
	reflect.TypeFor[metav1.Time]():        "time",
	reflect.TypeFor[metav1.FieldsV1]():    "raw",
	reflect.TypeFor[json.RawMessage]():    "raw",
	reflect.TypeFor[[]byte]():             "bytes",
}

func main() {
	switch strings.Join(os.Args[1:], " ") {
	case "fields":
		table := map[string][]string{}
		typeName(reflect.TypeFor[corev1.PodTemplateSpec](), table)
		typeName(reflect.TypeFor[v1alpha1.CanaryStep](), table)
		out, err := json.Marshal(table)
		check(err)
		fmt.Println(strings.ReplaceAll(string(out), "],", "],\n"))
	case "samples":
		samples()
	default:
		fmt.Fprintln(os.Stderr, "usage: go run . fields|samples")
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// typeName says a type in the table's own notation and adds the structs that it needs.
func typeName(t reflect.Type, table map[string][]string) string {
	if name, ok := special[t]; ok {
		return name
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "integer"
	case reflect.Pointer:
		return "*" + typeName(t.Elem(), table)
	case reflect.Slice:
		return "[]" + typeName(t.Elem(), table)
	case reflect.Map:
		return "{}" + typeName(t.Elem(), table)
	case reflect.Struct:
		if _, ok := reflect.New(t).Interface().(json.Marshaler); ok {
			panic(fmt.Sprintf("%s marshals itself: name it in `special`", t))
		}
		if _, ok := table[t.Name()]; !ok {
			table[t.Name()] = nil
			table[t.Name()] = fields(t, table)
		}
		return t.Name()
	default:
		panic(fmt.Sprintf("unforeseen type %s", t))
	}
}

// fields lists `name:type` in order, with `?` after the name for omitempty and `!` for omitzero.
func fields(t reflect.Type, table map[string][]string) []string {
	list := []string{}
	for i := range t.NumField() {
		field := t.Field(i)
		parts := strings.Split(field.Tag.Get("json"), ",")
		if parts[0] == "-" {
			continue
		}
		if field.Anonymous && parts[0] == "" {
			list = append(list, fields(field.Type, table)...)
			continue
		}
		name := parts[0]
		if name == "" {
			panic(fmt.Sprintf("%s.%s has no JSON name", t, field.Name))
		}
		for _, option := range parts[1:] {
			switch option {
			case "omitempty":
				name += "?"
			case "omitzero":
				name += "!"
			default:
				panic(fmt.Sprintf("%s.%s: unforeseen option %q", t, field.Name, option))
			}
		}
		list = append(list, name+":"+typeName(field.Type, table))
	}
	return list
}

type sample struct {
	Template       any    `json:"template,omitempty"`
	CollisionCount *int32 `json:"collisionCount,omitempty"`
	Steps          any    `json:"steps,omitempty"`
	Hash           string `json:"hash"`
}

// samples prints random manifests as a person might write them (quantities not canonical, nulls, empty lists) and
// the hash that the real controller computes after decoding them.
func samples() {
	random := rand.New(rand.NewSource(191))
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for i := range 80 {
		raw := randomValue(random, reflect.TypeFor[corev1.PodTemplateSpec](), 0)
		text, err := json.Marshal(raw)
		check(err)
		var template corev1.PodTemplateSpec
		check(json.Unmarshal(text, &template))
		var collisions *int32
		if i%4 == 0 {
			count := int32(random.Intn(300))
			collisions = &count
		}
		check(encoder.Encode(sample{Template: raw, CollisionCount: collisions, Hash: hash.ComputePodTemplateHash(&template, collisions)}))
	}
	for range 40 {
		raw := randomValue(random, reflect.TypeFor[[]v1alpha1.CanaryStep](), 0)
		text, err := json.Marshal(raw)
		check(err)
		rollout := v1alpha1.Rollout{}
		rollout.Spec.Strategy.Canary = &v1alpha1.CanaryStrategy{}
		check(json.Unmarshal(text, &rollout.Spec.Strategy.Canary.Steps))
		check(encoder.Encode(sample{Steps: raw, Hash: conditions.ComputeStepHash(&rollout)}))
	}
}

var words = []string{"", "a", "echo:v2", "a<b>&c", "tab\tline\nquote\"back\\", "snow ☃ \u2028 \u007f \u0001 \b\f", "😀", "true"}
var quantities = []any{"0.5", "100m", "1", "1500m", "2000m", "1Gi", "1024Mi", "1536Mi", "0.5Gi", "100M", "1e3", "12E6", "1000", 2, 0.25, "1.1Ki", "123456789n", "0.1n", "5u", "0", "9E", "8Ei", "1000Ti", "-1500m", "3.0", "+2", ".5", "1.", "010"}

// randomValue is what a manifest might hold where the Go type is t; depth thins the tree out.
func randomValue(random *rand.Rand, t reflect.Type, depth int) any {
	switch special[t] {
	case "quantity":
		return quantities[random.Intn(len(quantities))]
	case "intOrString":
		return []any{random.Intn(9000), "http", "25%", 0}[random.Intn(4)]
	case "time":
		return []any{nil, "2026-01-02T03:04:05Z", "2026-01-02T05:04:05+02:00"}[random.Intn(3)]
	case "raw":
		return map[string]any{"b": 1, "a": []any{"<x>", nil, 2.5}}
	case "bytes":
		return "aGVsbG8="
	}
	switch t.Kind() {
	case reflect.String:
		return words[random.Intn(len(words))]
	case reflect.Bool:
		return random.Intn(2) == 0
	case reflect.Int, reflect.Int32, reflect.Int64:
		return random.Intn(4) * random.Intn(5000)
	case reflect.Pointer:
		return randomValue(random, t.Elem(), depth)
	case reflect.Slice:
		list := []any{}
		for range random.Intn(3) {
			list = append(list, randomValue(random, t.Elem(), depth+1))
		}
		return list
	case reflect.Map:
		entries := map[string]any{}
		for range random.Intn(4) {
			entries[[]string{"app", "b/c", "App", "zz.io/x", "_", "é", "cpu"}[random.Intn(7)]] = randomValue(random, t.Elem(), depth+1)
		}
		return entries
	}
	object := map[string]any{}
	randomFields(random, t, depth, object)
	return object
}

func randomFields(random *rand.Rand, t reflect.Type, depth int, object map[string]any) {
	for i := range t.NumField() {
		field := t.Field(i)
		parts := strings.Split(field.Tag.Get("json"), ",")
		if field.Anonymous && parts[0] == "" {
			randomFields(random, field.Type, depth, object)
			continue
		}
		chance := []int{90, 60, 25, 15, 8, 5}[min(depth, 5)]
		if depth < 2 && t.NumField() > 30 {
			chance = 30
		}
		if parts[0] == "-" || random.Intn(100) >= chance {
			continue
		}
		if random.Intn(12) == 0 {
			object[parts[0]] = nil
			continue
		}
		object[parts[0]] = randomValue(random, field.Type, depth+1)
	}
}
