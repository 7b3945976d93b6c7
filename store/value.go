package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// plain turns an argument into what both engines can bind: nil, int64, float64,
// bool, string, []byte, or []string and []int64 for a list of keys. It takes
// these, every named kind of them, time.Time (microseconds; the zero time is
// NULL), time.Duration (nanoseconds) and pointers to them (nil is NULL).
func plain(arg any) (any, error) {
	switch v := arg.(type) {
	case nil, int64, float64, bool, string, []byte, []string, []int64:
		return v, nil
	case int:
		return int64(v), nil
	case time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v.UnixMicro(), nil
	case document:
		return v.text()
	}
	return plainKind(reflect.ValueOf(arg))
}

func plainKind(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return plain(v.Elem().Interface())
	case reflect.Slice:
		return plainSlice(v)
	}
	return nil, fmt.Errorf("no column can hold a %s", v.Type())
}

func plainSlice(v reflect.Value) (any, error) {
	switch v.Type().Elem().Kind() {
	case reflect.Uint8:
		return v.Bytes(), nil
	case reflect.String:
		keys := make([]string, v.Len())
		for i := range keys {
			keys[i] = v.Index(i).String()
		}
		return keys, nil
	case reflect.Int, reflect.Int64:
		keys := make([]int64, v.Len())
		for i := range keys {
			keys[i] = v.Index(i).Int()
		}
		return keys, nil
	}
	return nil, fmt.Errorf("no column can hold a %s", v.Type())
}

// null binds NULL where v is its type's zero value: a reference not set yet.
func null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// document binds and reads a value kept as JSON text.
type document struct{ value any }

// asJSON wraps a value (as an argument) or a pointer to it (as a target).
func asJSON(v any) document { return document{v} }

func (d document) text() (any, error) {
	b, err := json.Marshal(d.value)
	return string(b), err
}

// record is one row as an engine gives it. Columns count from 0.
type record interface {
	null(i int) bool
	integer(i int) (int64, error)
	real(i int) (float64, error)
	text(i int) (string, error)
	bytes(i int) ([]byte, error) // a copy
}

// scan stores the columns of rec in targets: pointers to strings, whole numbers,
// floats, booleans, []byte, time.Time, to named kinds of these, to pointers to
// them, or an asJSON. NULL becomes the zero value.
func scan(rec record, targets []any) error {
	for i, target := range targets {
		if err := scanOne(rec, i, target); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func scanOne(rec record, i int, target any) (err error) {
	if d, ok := target.(document); ok {
		target = d.value
		if rec.null(i) {
			reflect.ValueOf(target).Elem().SetZero()
			return nil
		}
		text, err := rec.text(i)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), target)
	}
	if rec.null(i) {
		reflect.ValueOf(target).Elem().SetZero()
		return nil
	}
	switch t := target.(type) {
	case *string:
		*t, err = rec.text(i)
	case *int64:
		*t, err = rec.integer(i)
	case *int:
		var n int64
		n, err = rec.integer(i)
		*t = int(n)
	case *[]byte:
		*t, err = rec.bytes(i)
	case *time.Time:
		var n int64
		n, err = rec.integer(i)
		*t = time.UnixMicro(n).UTC()
	default:
		err = scanKind(rec, i, reflect.ValueOf(target).Elem())
	}
	return err
}

func scanKind(rec record, i int, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		s, err := rec.text(i)
		v.SetString(s)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := rec.integer(i)
		if err == nil && v.OverflowInt(n) {
			return fmt.Errorf("%d is out of range for %s", n, v.Type())
		}
		v.SetInt(n)
		return err
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		n, err := rec.integer(i)
		if err == nil && (n < 0 || v.OverflowUint(uint64(n))) {
			return fmt.Errorf("%d is out of range for %s", n, v.Type())
		}
		v.SetUint(uint64(n))
		return err
	case reflect.Bool:
		n, err := rec.integer(i)
		v.SetBool(n != 0)
		return err
	case reflect.Float32, reflect.Float64:
		f, err := rec.real(i)
		v.SetFloat(f)
		return err
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b, err := rec.bytes(i)
			v.SetBytes(b)
			return err
		}
	case reflect.Pointer:
		to := reflect.New(v.Type().Elem())
		v.Set(to)
		return scanOne(rec, i, to.Interface())
	}
	return fmt.Errorf("no column can be read into a %s", v.Type())
}
