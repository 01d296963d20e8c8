/*
 * Makes calls with the official JavaScript client that is on NODE_PATH: a JSON line in, a JSON line out.
 *
 * A request names the `call`, its `args`, the `host`, the `appId`, and the credentials: `basic`, `bearer`, both or none.
 * The reply has the `value` that the client returned or the `error` with which it rejected, and what it `sent`.
 */
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');
const official = require('sunshine-conversations-client');

const client = official.ApiClient.instance;
const users = new official.UsersApi();
const conversations = new official.ConversationsApi();
const participants = new official.ParticipantsApi();
const messages = new official.MessagesApi();
const activities = new official.ActivitiesApi();
const integrations = new official.IntegrationsApi();
const attachments = new official.AttachmentsApi();
const webhooks = new official.WebhooksApi();

const LEAVE_BODIES = {
  userId: official.ParticipantLeaveBodyUserId,
  userExternalId: official.ParticipantLeaveBodyUserExternalId,
  participantId: official.ParticipantLeaveBodyParticipantId,
};

/** A model of the client with these fields, set in the order given. */
const model = (Model, fields) => Object.assign(new Model(), fields);

/** The optional arguments of a list, with `page` as the client's own model. */
const options = (args) => ('page' in args ? { page: model(official.Page, args.page) } : {});

/** The parameters of a function. */
const parametersOf = (method) => method.toString().match(/\((.*?)\)/)[1].split(', ').filter(Boolean);

/** The method of an operation, on an object of its class, if the client has it. */
function methodOf(operation) {
  const name = `${operation[0].toLowerCase()}${operation.slice(1)}WithHttpInfo`;
  const Api = Object.values(official).find((one) => one.prototype && name in one.prototype);
  return Api && { api: new Api(client), name, parameters: parametersOf(Api.prototype[name]) };
}

/** By parameter, the name of the model of a body that is a choice between models. */
const MEMBERS = {
  integration: ({ type }) => type[0].toUpperCase() + type.slice(1),
  integrationUpdate: () => 'CustomUpdate',
  participantLeaveBody: (body) => `ParticipantLeaveBody${Object.keys(body)[0].replace(/^./, (c) => c.toUpperCase())}`,
};

/** The body as the model that the client has for the parameter. */
function modelOf(parameter, body) {
  const name = MEMBERS[parameter]?.(body) ?? parameter[0].toUpperCase() + parameter.slice(1);
  return official[name].constructFromObject(body);
}

/** The query parameters by the names of the arguments, with a model for `page` and for `filter`. */
function grouped(query) {
  const given = {};
  for (const [key, value] of Object.entries(query)) {
    const [, group, inner] = key.match(/^(\w+)(?:\[(.*)\])?$/);
    const name = group.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    if (inner) given[name] = Object.assign(given[name] ?? {}, { [inner]: value });
    else given[name] = value;
  }
  return given;
}

const CALLS = {
  /** An operation with the ids of its path, its body, its query and the path of a file. */
  operation: (appId, { name, ids, body, query, file }) => {
    const method = methodOf(name);
    const given = grouped(query);
    if (file) given.source = fs.createReadStream(file);
    const values = method.parameters.slice(ids.length).map((parameter) => {
      if (parameter === 'opts') return given;
      if (parameter in given) return given[parameter];
      return modelOf(parameter, body);
    });
    return method.api[method.name](...ids, ...values);
  },

  /** Which of these operations the client has, without a request. */
  operations: async (appId, { names }) => ({ data: names.filter(methodOf) }),

  /** The release, without a request. */
  version: async () => ({ data: require('sunshine-conversations-client/package.json').version }),

  create_user: (appId, body) => users.createUserWithHttpInfo(appId, model(official.UserCreateBody, body)),

  get_user: (appId, { user }) => users.getUserWithHttpInfo(appId, user),

  create_conversation: (appId, body) =>
    conversations.createConversationWithHttpInfo(appId, model(official.ConversationCreateBody, body)),

  list_conversations: (appId, args) =>
    conversations.listConversationsWithHttpInfo(
      appId,
      model(official.ConversationListFilter, args.filter),
      options(args),
    ),

  join: (appId, { conversationId, body }) =>
    participants.joinConversationWithHttpInfo(appId, conversationId, model(official.ParticipantJoinBody, body)),

  list_participants: (appId, args) =>
    participants.listParticipantsWithHttpInfo(appId, args.conversationId, options(args)),

  /** The workaround for `page`, of which the call above sends only one key: the public `callApi` of the client. */
  list_participants_by_call_api: (appId, { conversationId, query }) =>
    client.callApi(
      '/v2/apps/{appId}/conversations/{conversationId}/participants',
      'GET',
      { appId, conversationId },
      query,
      {},
      {},
      null,
      ['basicAuth', 'bearerAuth'],
      [],
      ['application/json'],
      official.ParticipantListResponse,
      null,
    ),

  /** With one of the three classes that the client has for the body. */
  leave: (appId, { conversationId, body }) =>
    participants.leaveConversationWithHttpInfo(appId, conversationId, model(LEAVE_BODIES[Object.keys(body)[0]], body)),

  /** With the class that has the fields of all three. */
  leave_merged: (appId, { conversationId, body }) =>
    participants.leaveConversationWithHttpInfo(appId, conversationId, model(official.ParticipantLeaveBody, body)),

  post_message: (appId, { conversationId, author, content, metadata }) =>
    messages.postMessageWithHttpInfo(
      appId,
      conversationId,
      model(official.MessagePost, {
        author: model(official.Author, author),
        content: model(official.TextMessage, content),
        metadata,
      }),
    ),

  list_messages: (appId, args) => messages.listMessagesWithHttpInfo(appId, args.conversationId, options(args)),

  delete_message: (appId, { conversationId, messageId }) =>
    messages.deleteMessageWithHttpInfo(appId, conversationId, messageId),

  delete_all_messages: (appId, { conversationId }) => messages.deleteAllMessagesWithHttpInfo(appId, conversationId),

  post_activity: (appId, { conversationId, author, type }) =>
    activities.postActivityWithHttpInfo(
      appId,
      conversationId,
      model(official.ActivityPost, { author: model(official.Author, author), type }),
    ),

  delete_conversation: (appId, { conversationId }) =>
    conversations.deleteConversationWithHttpInfo(appId, conversationId),

  /** A custom integration with one webhook. */
  create_integration: (appId, webhook) =>
    integrations.createIntegrationWithHttpInfo(
      appId,
      model(official.Custom, { type: 'custom', webhooks: [model(official.Webhook, webhook)] }),
    ),

  create_webhook: (appId, { integrationId, webhook }) =>
    webhooks.createWebhookWithHttpInfo(appId, integrationId, model(official.WebhookCreateBody, webhook)),

  list_webhooks: (appId, { integrationId }) => webhooks.listWebhooksWithHttpInfo(appId, integrationId),

  upload_attachment: (appId, { path }) =>
    attachments.uploadAttachmentWithHttpInfo(appId, 'public', fs.createReadStream(path), {}),

  upload_bytes: (appId, { path }) =>
    attachments.uploadAttachmentWithHttpInfo(appId, 'public', fs.readFileSync(path), {}),

  delete_attachment: (appId, { mediaUrl }) =>
    attachments.deleteAttachmentWithHttpInfo(appId, model(official.AttachmentDeleteBody, { mediaUrl })),

  leave_plain: (appId, { conversationId, body }) =>
    participants.leaveConversationWithHttpInfo(appId, conversationId, body),
};

/** The request and the status of a response. */
const sent = (response) => (response ? [`${response.req.method} ${response.req.path} ${response.status}`] : []);

/** The last response, because the client may fail to decode it. */
let last;
client.plugins = [(request) => request.on('response', (response) => { last = response; })];

async function run({ call, args, host, appId, basic, bearer }) {
  client.basePath = host;
  const [username, password] = basic ?? [null, null];
  Object.assign(client.authentications.basicAuth, { username, password });
  client.authentications.bearerAuth.accessToken = bearer;
  last = undefined;
  try {
    const { data } = await CALLS[call](appId, args);
    return { value: data, sent: sent(last), received: last?.text };
  } catch (error) {
    const { status, body } = error;
    const shown = { class: error.constructor.name, status, body, text: String(error) };
    return { error: shown, sent: sent(last), received: last?.text };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
  }
}

main();
