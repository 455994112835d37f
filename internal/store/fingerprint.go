package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// Fingerprint identifies the schema of this program: another schema has other migrations.
func Fingerprint() string {
	sum := sha256.New()
	for _, d := range []dialect{sqliteDialect(), postgresDialect()} {
		_ = fs.WalkDir(migrations, ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				var b []byte
				b, err = spelled{migrations, d}.ReadFile(name)
				sum.Write([]byte(name))
				sum.Write(b)
			}
			return err // never: the files are embedded
		})
	}
	fmt.Fprint(sum, grantedVersion, ticketKeysVersion, readingVersion, numbersVersion)
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
