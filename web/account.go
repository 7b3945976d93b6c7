package web

// accountRoutes are the way in, and what people keep of themselves.
var accountRoutes = []route{}
