package party

import "context"

// carried is the key of a context's read-along data key.
type carried struct{}

// Carry returns a context that holds a data key read along with the records that
// it opens, so that whoever keeps the keys need not be asked again. It ends with
// the context: an erased key is carried no longer than the one request in which
// it was still there.
func Carry(ctx context.Context, k Key) context.Context {
	if len(k.Wrapped) == 0 {
		return ctx
	}
	return context.WithValue(ctx, carried{}, k)
}

// Carried is the wrapped data key that ctx holds of a subject, or nil.
func Carried(ctx context.Context, of Subject) []byte {
	if k, ok := ctx.Value(carried{}).(Key); ok && k.Subject == of {
		return k.Wrapped
	}
	return nil
}
