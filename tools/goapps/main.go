// Applications on Go's frameworks for the tests of `realip verify`: each tells the address that it takes for its client's.
// "goapps APPLICATION ADDRESS:PORT [PROXY...]" serves one until it is ended.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func tell(response http.ResponseWriter, client string) {
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(map[string]string{"client_ip": client})
}

func host(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}

// chiApp reads what the middleware has put into the request: RealIP writes over RemoteAddr, the others keep a context.
func chiApp(mutates bool, finds func(http.Handler) http.Handler) http.Handler {
	router := chi.NewRouter()
	router.Use(finds)
	router.Get("/", func(response http.ResponseWriter, request *http.Request) {
		if mutates {
			tell(response, host(request.RemoteAddr))
		} else {
			tell(response, middleware.GetClientIP(request.Context()))
		}
	})
	return router
}

func ginApp(prepare func(*gin.Engine) error) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	if err := prepare(engine); err != nil {
		return nil, err
	}
	engine.GET("/", func(context *gin.Context) {
		context.JSON(http.StatusOK, gin.H{"client_ip": context.ClientIP()})
	})
	return engine, nil
}

func build(name string, proxies []string) (http.Handler, error) {
	switch name {
	case "chi-real-ip":
		return chiApp(true, middleware.RealIP), nil
	case "chi-remote-addr":
		return chiApp(false, middleware.ClientIPFromRemoteAddr), nil
	case "chi-forwarded-for":
		return chiApp(false, middleware.ClientIPFromXFF(proxies...)), nil
	case "gin-default":
		return ginApp(func(*gin.Engine) error { return nil })
	case "gin-trusted":
		return ginApp(func(engine *gin.Engine) error { return engine.SetTrustedProxies(proxies) })
	case "gin-cloudflare":
		return ginApp(func(engine *gin.Engine) error {
			engine.TrustedPlatform = gin.PlatformCloudflare
			return nil
		})
	}
	return nil, fmt.Errorf("no application is called %q", name)
}

func run() error {
	if len(os.Args) < 3 {
		return fmt.Errorf("usage: goapps APPLICATION ADDRESS:PORT [PROXY...]")
	}
	handler, err := build(os.Args[1], os.Args[3:])
	if err != nil {
		return err
	}
	return http.ListenAndServe(os.Args[2], handler)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
