package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The data source `external`: runs a program, which answers with an object of strings.
type external struct{}

type externalModel struct {
	Program    []string          `tfsdk:"program"`
	WorkingDir types.String      `tfsdk:"working_dir"`
	Query      map[string]string `tfsdk:"query"`
	Result     map[string]string `tfsdk:"result"`
	ID         types.String      `tfsdk:"id"`
}

func (external) Metadata(_ context.Context, _ datasource.MetadataRequest, answer *datasource.MetadataResponse) {
	answer.TypeName = "external"
}

func (external) Schema(_ context.Context, _ datasource.SchemaRequest, answer *datasource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"program":     schema.ListAttribute{ElementType: types.StringType, Required: true},
		"working_dir": schema.StringAttribute{Optional: true},
		"query":       schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"result":      schema.MapAttribute{ElementType: types.StringType, Computed: true},
		"id":          schema.StringAttribute{Computed: true},
	}}
}

func (external) Read(ctx context.Context, request datasource.ReadRequest, answer *datasource.ReadResponse) {
	var model externalModel
	answer.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if answer.Diagnostics.HasError() {
		return
	}
	if len(model.Program) == 0 {
		answer.Diagnostics.AddError("External Program Missing", "The data source was configured without a program.")
		return
	}
	query := model.Query
	if query == nil {
		query = map[string]string{}
	}
	input, err := json.Marshal(query)
	if err != nil {
		answer.Diagnostics.AddError("Query Handling Failed", err.Error())
		return
	}
	var stderr bytes.Buffer
	command := exec.CommandContext(ctx, model.Program[0], model.Program[1:]...)
	command.Dir = model.WorkingDir.ValueString()
	command.Stdin = bytes.NewReader(input)
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		answer.Diagnostics.AddError("External Program Execution Failed", stderr.String()+err.Error())
		return
	}
	if err := json.Unmarshal(output, &model.Result); err != nil {
		answer.Diagnostics.AddError("Unexpected External Program Results", err.Error())
		return
	}
	model.ID = types.StringValue("-")
	answer.Diagnostics.Append(answer.State.Set(ctx, &model)...)
}
