package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"tailscale.com/client/tailscale/v2"
)

func tailscaleStandIn(name string) standIn {
	return standIn{
		name:       name,
		owner:      "tailscale",
		configure:  configure,
		dataSource: func() datasource.DataSource { return &device{} },
		resources: []func() resource.Resource{
			func() resource.Resource { return &sent[aclModel]{name: "acl", attributes: aclAttributes} },
			func() resource.Resource {
				return &sent[deviceTagsModel]{name: "device_tags", attributes: deviceTagsAttributes}
			},
			func() resource.Resource {
				return &sent[tailnetKeyModel]{name: "tailnet_key", attributes: tailnetKeyAttributes}
			},
		},
	}
}

// The environment has the address of the API and the key, as for the real provider.
func configure(_ context.Context, _ provider.ConfigureRequest, answer *provider.ConfigureResponse) {
	client := &tailscale.Client{APIKey: os.Getenv("TAILSCALE_API_KEY")}
	if base := os.Getenv("TAILSCALE_BASE_URL"); base != "" {
		parsed, err := url.Parse(base)
		if err != nil {
			answer.Diagnostics.AddError("Invalid TAILSCALE_BASE_URL", err.Error())
			return
		}
		client.BaseURL = parsed
	}
	answer.DataSourceData, answer.ResourceData = client, client
}

// The data source `tailscale_device`: looks a device up by its host name.
type device struct{ client *tailscale.Client }

func (*device) Metadata(_ context.Context, request datasource.MetadataRequest, answer *datasource.MetadataResponse) {
	answer.TypeName = request.ProviderTypeName + "_device"
}

func (*device) Schema(_ context.Context, _ datasource.SchemaRequest, answer *datasource.SchemaResponse) {
	answer.Schema = data.Schema{Attributes: map[string]data.Attribute{
		"hostname": data.StringAttribute{Required: true},
		"node_id":  data.StringAttribute{Computed: true},
	}}
}

func (it *device) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	it.client, _ = request.ProviderData.(*tailscale.Client)
}

func (it *device) Read(ctx context.Context, request datasource.ReadRequest, answer *datasource.ReadResponse) {
	var model struct {
		Hostname types.String `tfsdk:"hostname"`
		NodeID   types.String `tfsdk:"node_id"`
	}
	answer.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	devices, err := it.client.Devices().List(ctx)
	if err != nil {
		answer.Diagnostics.AddError("Failed to fetch devices", err.Error())
		return
	}
	for _, found := range devices {
		if found.Hostname == model.Hostname.ValueString() {
			model.NodeID = types.StringValue(found.NodeID)
			answer.Diagnostics.Append(answer.State.Set(ctx, &model)...)
			return
		}
	}
	answer.Diagnostics.AddError("Device not found", fmt.Sprintf("There is no device %s.", model.Hostname))
}

// A resource that is sent when it is created or changed, and that nobody else changes.
type sent[Model any] struct {
	client     *tailscale.Client
	name       string
	attributes map[string]schema.Attribute
}

// What a resource sends. It fills in what the API answers.
type sender interface {
	send(context.Context, *tailscale.Client) error
}

func (it *sent[Model]) Metadata(_ context.Context, request resource.MetadataRequest, answer *resource.MetadataResponse) {
	answer.TypeName = request.ProviderTypeName + "_" + it.name
}

func (it *sent[Model]) Schema(_ context.Context, _ resource.SchemaRequest, answer *resource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: it.attributes}
}

func (it *sent[Model]) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	it.client, _ = request.ProviderData.(*tailscale.Client)
}

func (it *sent[Model]) Create(ctx context.Context, request resource.CreateRequest, answer *resource.CreateResponse) {
	it.apply(ctx, request.Plan, &answer.State, &answer.Diagnostics)
}

func (it *sent[Model]) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (it *sent[Model]) Update(ctx context.Context, request resource.UpdateRequest, answer *resource.UpdateResponse) {
	it.apply(ctx, request.Plan, &answer.State, &answer.Diagnostics)
}

func (it *sent[Model]) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (it *sent[Model]) apply(ctx context.Context, plan tfsdk.Plan, state *tfsdk.State, problems *diag.Diagnostics) {
	model := new(Model)
	problems.Append(plan.Get(ctx, model)...)
	if problems.HasError() {
		return
	}
	if err := any(model).(sender).send(ctx, it.client); err != nil {
		problems.AddError("Failed to send the "+it.name, err.Error())
		return
	}
	problems.Append(state.Set(ctx, model)...)
}

var computedID = schema.StringAttribute{
	Computed:      true,
	PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
}

// The policy of the tailnet.
type aclModel struct {
	ID                       types.String `tfsdk:"id"`
	ACL                      types.String `tfsdk:"acl"`
	OverwriteExistingContent types.Bool   `tfsdk:"overwrite_existing_content"`
}

var aclAttributes = map[string]schema.Attribute{
	"id":                         computedID,
	"acl":                        schema.StringAttribute{Required: true},
	"overwrite_existing_content": schema.BoolAttribute{Optional: true},
}

func (model *aclModel) send(ctx context.Context, client *tailscale.Client) error {
	// The real provider documents that it refuses a policy that is not Tailscale's default.
	etag := "ts-default"
	if model.OverwriteExistingContent.ValueBool() || !model.ID.IsUnknown() {
		etag = ""
	}
	model.ID = types.StringValue("acl")
	return client.PolicyFile().Set(ctx, model.ACL.ValueString(), etag)
}

// The tags of a device.
type deviceTagsModel struct {
	ID       types.String `tfsdk:"id"`
	DeviceID types.String `tfsdk:"device_id"`
	Tags     []string     `tfsdk:"tags"`
}

var deviceTagsAttributes = map[string]schema.Attribute{
	"id":        computedID,
	"device_id": schema.StringAttribute{Required: true},
	"tags":      schema.SetAttribute{ElementType: types.StringType, Required: true},
}

func (model *deviceTagsModel) send(ctx context.Context, client *tailscale.Client) error {
	model.ID = model.DeviceID
	return client.Devices().SetTags(ctx, model.DeviceID.ValueString(), model.Tags)
}

// A key that devices join the tailnet with.
type tailnetKeyModel struct {
	ID            types.String `tfsdk:"id"`
	Key           types.String `tfsdk:"key"`
	Description   types.String `tfsdk:"description"`
	Ephemeral     types.Bool   `tfsdk:"ephemeral"`
	Preauthorized types.Bool   `tfsdk:"preauthorized"`
	Reusable      types.Bool   `tfsdk:"reusable"`
	Tags          []string     `tfsdk:"tags"`
}

var tailnetKeyAttributes = map[string]schema.Attribute{
	"id":            computedID,
	"key":           schema.StringAttribute{Computed: true, Sensitive: true, PlanModifiers: computedID.PlanModifiers},
	"description":   schema.StringAttribute{Optional: true},
	"ephemeral":     schema.BoolAttribute{Optional: true},
	"preauthorized": schema.BoolAttribute{Optional: true},
	"reusable":      schema.BoolAttribute{Optional: true},
	"tags":          schema.SetAttribute{ElementType: types.StringType, Optional: true},
}

func (model *tailnetKeyModel) send(ctx context.Context, client *tailscale.Client) error {
	request := tailscale.CreateKeyRequest{Description: model.Description.ValueString()}
	create := &request.Capabilities.Devices.Create
	create.Ephemeral = model.Ephemeral.ValueBool()
	create.Preauthorized = model.Preauthorized.ValueBool()
	create.Reusable = model.Reusable.ValueBool()
	create.Tags = model.Tags
	key, err := client.Keys().CreateAuthKey(ctx, request)
	if err != nil {
		return err
	}
	model.ID, model.Key = types.StringValue(key.ID), types.StringValue(key.Key)
	return nil
}
