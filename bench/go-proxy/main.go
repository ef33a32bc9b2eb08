// Command go-proxy is net/http/httputil.ReverseProxy with the checks that one adds by hand: an RS256 token by the keys
// of its issuer, remembered by its hash until it expires or for a minute, and a rule on the name of the tool. What it
// does not check stands in docs/performance.md.
package main

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	mostBody   = 1 << 20
	remembered = time.Minute
	mostTokens = 10_000
	// At least as many as the load has connections.
	idleConnections = 256
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	upstream := flag.String("upstream", "", "origin of the target")
	issuer := flag.String("issuer", "", "issuer of the tokens, which serves /jwks")
	audience := flag.String("audience", "", "audience of the tokens")
	flag.Parse()

	target, err := url.Parse(*upstream)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := fetchKeys(*issuer + "/jwks")
	if err != nil {
		log.Fatal(err)
	}
	tokens := &checker{keys: keys, known: map[[32]byte]time.Time{}, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(*issuer), jwt.WithAudience(*audience),
		jwt.WithExpirationRequired())}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{
		MaxIdleConns:        idleConnections,
		MaxIdleConnsPerHost: idleConnections,
		DisableCompression:  true,
	}
	proxy.BufferPool = &buffers{sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}}
	server := &http.Server{Addr: *listen, Handler: guard(tokens, proxy), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

type call struct {
	Method string `json:"method"`
	Params struct {
		Name string `json:"name"`
	} `json:"params"`
}

func guard(tokens *checker, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		bearer := strings.TrimPrefix(header, "Bearer ")
		if bearer == header || !tokens.good(bearer) {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		var asked call
		if json.Unmarshal(body, &asked) != nil || asked.Method != "tools/call" || asked.Params.Name != "lookup" {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		r.Header.Del("Authorization")
		next.ServeHTTP(w, r)
	})
}

type checker struct {
	keys   map[string]*rsa.PublicKey
	parser *jwt.Parser
	lock   sync.Mutex
	known  map[[32]byte]time.Time
}

func (c *checker) good(bearer string) bool {
	hash := sha256.Sum256([]byte(bearer))
	now := time.Now()
	c.lock.Lock()
	until, ok := c.known[hash]
	c.lock.Unlock()
	if ok && now.Before(until) {
		return true
	}
	var claims jwt.RegisteredClaims
	_, err := c.parser.ParseWithClaims(bearer, &claims, func(token *jwt.Token) (any, error) {
		id, _ := token.Header["kid"].(string)
		if key, ok := c.keys[id]; ok {
			return key, nil
		}
		return nil, errors.New("no such key")
	})
	if err != nil {
		return false
	}
	until = now.Add(remembered)
	if claims.ExpiresAt.Time.Before(until) {
		until = claims.ExpiresAt.Time
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.known) >= mostTokens {
		c.known = map[[32]byte]time.Time{}
	}
	c.known[hash] = until
	return true
}

func fetchKeys(address string) (map[string]*rsa.PublicKey, error) {
	answer, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var set struct {
		Keys []struct{ Kid, N, E string } `json:"keys"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, key := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(key.N)
		if err != nil {
			return nil, err
		}
		e, err := base64.RawURLEncoding.DecodeString(key.E)
		if err != nil {
			return nil, err
		}
		keys[key.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return keys, nil
}

// buffers keeps the proxy from allocating one for every answer.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte       { return *b.pool.Get().(*[]byte) }
func (b *buffers) Put(buffer []byte) { b.pool.Put(&buffer) }
