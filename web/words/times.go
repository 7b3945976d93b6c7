package words

import (
	"strconv"
	"time"
)

var (
	months   = [...]string{"times.january", "times.february", "times.march", "times.april", "times.may", "times.june", "times.july", "times.august", "times.september", "times.october", "times.november", "times.december"}
	weekdays = [...]string{"times.sun", "times.mon", "times.tue", "times.wed", "times.thu", "times.fri", "times.sat"}
)

// Day is a date: "7 December 2026".
func (w *Words) Day(t time.Time) string {
	return w.T("times.day", "day", strconv.Itoa(t.Day()), "month", w.month(t), "year", strconv.Itoa(t.Year()))
}

// Month is a month of a year: "May 2023".
func (w *Words) Month(t time.Time) string {
	return w.T("times.month", "month", w.month(t), "year", strconv.Itoa(t.Year()))
}

// When is a moment of the current year, with its zone: "Mon 7 December, 12:00
// CET". For what may lie further away, use Stamp.
func (w *Words) When(t time.Time) string {
	return w.T("times.when", "weekday", w.T(weekdays[t.Weekday()]), "day", strconv.Itoa(t.Day()),
		"month", w.month(t), "clock", w.Clock(t))
}

// Stamp is a moment of any year, with its zone: "7 December 2026, 12:00 CET".
func (w *Words) Stamp(t time.Time) string {
	return w.T("times.stamp", "date", w.Day(t), "clock", w.Clock(t))
}

// Clock is a time of day with its zone: "12:00 CET".
func (w *Words) Clock(t time.Time) string {
	zone, _ := t.Zone()
	return w.isolate(pad2(t.Hour()) + ":" + pad2(t.Minute()) + " " + zone)
}

// Span is a length of time in its two largest units: "13 days 20 hours", "15
// minutes". Less than a minute is a minute.
func (w *Words) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	total := int(d / time.Minute)
	days, hours, minutes := total/(24*60), total/60%24, total%60
	var large, small string
	switch {
	case days > 0:
		large = w.N("times.days", days)
		if hours > 0 {
			small = w.N("times.hours", hours)
		}
	case hours > 0:
		large = w.N("times.hours", hours)
		if minutes > 0 {
			small = w.N("times.minutes", minutes)
		}
	default:
		return w.N("times.minutes", max(1, minutes))
	}
	if small == "" {
		return large
	}
	return w.T("times.span", "large", large, "small", small)
}

func (w *Words) month(t time.Time) string { return w.T(months[t.Month()-1]) }

func pad2(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
