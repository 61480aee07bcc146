# Everybody may read. Only owners may write.
package httpapi.authz

default allow := false

allow if input.method == "GET"

allow if {
    input.method == "PUT"
    input.user in data.owners[input.resource]
}
