// Stand-ins for two Terraform providers, which cannot be downloaded in every place where the tests
// run: `tailscale/tailscale` and `hashicorp/external`. The name of the program decides which one it is.
//
// They have only what examples/terraform uses. Their arguments are those of the providers'
// documentation. The first one sends what it is given with Tailscale's own client. Nothing here proves
// how the real providers behave.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-"), "_")
	standIns := map[string]standIn{
		"external":  {name: name, owner: "hashicorp", dataSource: func() datasource.DataSource { return external{} }},
		"tailscale": tailscaleStandIn(name),
	}
	it, known := standIns[name]
	if !known {
		log.Fatalf("there is no stand-in for %q", name)
	}
	address := "registry.terraform.io/" + it.owner + "/" + name
	options := providerserver.ServeOpts{Address: address}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return &it }, options); err != nil {
		log.Fatal(err)
	}
}

// A provider with one data source and some resources.
type standIn struct {
	name, owner string
	configure   func(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse)
	dataSource  func() datasource.DataSource
	resources   []func() resource.Resource
}

func (it *standIn) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = it.name
}

func (it *standIn) Schema(_ context.Context, _ provider.SchemaRequest, answer *provider.SchemaResponse) {
	answer.Schema = schema.Schema{}
}

func (it *standIn) Configure(ctx context.Context, request provider.ConfigureRequest, answer *provider.ConfigureResponse) {
	if it.configure != nil {
		it.configure(ctx, request, answer)
	}
}

func (it *standIn) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{it.dataSource}
}

func (it *standIn) Resources(context.Context) []func() resource.Resource {
	return it.resources
}
