package store
import ("testing";"kontor/store/storetest";"kontor/market/order/ordertest";"fmt";"time";"runtime")
func TestZZ(t *testing.T){
 storetest.Engines(t, func(t *testing.T, url string){
 db := whole(t, Settings{URL: url})
 r := tradingOn(db)
 st := ordertest.NewStage(t, r)
 time.AfterFunc(5*time.Second, func(){ db.Close() })
 n := len(st.Storm(t, r, 32))
 db = whole(t, Settings{URL: url})
 var a, b runtime.MemStats
 runtime.GC(); runtime.ReadMemStats(&a)
 t0 := time.Now(); cs, err := db.Verify(t.Context()); d := time.Since(t0)
 runtime.ReadMemStats(&b)
 for _, c := range cs { if c.Failed > 0 { fmt.Println(c) } }
 fmt.Println(n, "orders", d, err, "heap", b.HeapSys>>20, (b.TotalAlloc-a.TotalAlloc)>>20)
 for _, ru := range rules { c := Check{}; t0 := time.Now(); db.snapshot(t.Context(), func(f reader) error { return ru.check(t.Context(), f, &c) }); if e := time.Since(t0); e > 30*time.Millisecond { fmt.Println("  ", ru.name, e) } }
 })
}
