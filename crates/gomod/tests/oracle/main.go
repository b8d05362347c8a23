// The oracle answers questions about Go's module rules with golang.org/x/mod.
//
// Standard input holds one batch of questions a line, standard output gets one line of answers for each: JSON arrays
// of the same length. It reads a whole line before it answers, so a caller that does likewise never blocks.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// question is a function's name and its arguments, which are bytes because inputs may be no UTF-8.
type question struct {
	Function string   `json:"f"`
	Args     [][]byte `json:"a"`
}

// answer has a value when the input was accepted, else what is to be compared of the error, which may be nothing.
type answer struct {
	OK    bool   `json:"ok"`
	Value any    `json:"v,omitempty"`
	Error any    `json:"e,omitempty"`
	Text  string `json:"text,omitempty"` // for people
}

// function answers for one function of x/mod. A *mismatch as error carries what is to be compared.
type function func(args []string) (any, error)

// detailed is an error with a part that both sides must agree on.
type detailed struct {
	detail any
	err    error
}

func (d *detailed) Error() string { return d.err.Error() }

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := answerBatch(line, out); err != nil {
			return err
		}
	}
}

func answerBatch(line []byte, out io.Writer) error {
	var batch []question
	if err := json.Unmarshal(line, &batch); err != nil {
		return err
	}
	answers := make([]answer, len(batch))
	for i, q := range batch {
		f, known := functions[q.Function]
		if !known {
			return fmt.Errorf("unknown function %q", q.Function)
		}
		answers[i] = ask(f, q.Args)
	}
	return json.NewEncoder(out).Encode(answers)
}

func ask(f function, raw [][]byte) answer {
	args := make([]string, len(raw))
	for i, arg := range raw {
		args[i] = string(arg)
	}
	value, err := f(args)
	if err == nil {
		return answer{OK: true, Value: value}
	}
	if d, ok := err.(*detailed); ok {
		return answer{Error: d.detail, Text: d.Error()}
	}
	return answer{Text: err.Error()}
}
