// An OpenID Connect provider on loopback. Its address, its keys and its people come as JSON in the
// first argument; it says that it listens on standard output, and ends with its standard input.

import { Provider } from "oidc-provider";

const { issuer, port, keys, people, audience, backTo } = JSON.parse(process.argv[2]);

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    ...people.map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    {
      client_id: "pages",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
      redirect_uris: backTo,
      response_types: ["code"],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        scope: "",
        audience,
        accessTokenTTL: 300,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: keys[0].alg } },
      }),
    },
  },
  extraTokenClaims: (ctx, token) => {
    const { roles, groups } = people.find(({ id }) => id === (token.accountId ?? token.clientId));
    return { access: { roles }, groups };
  },
});

provider.listen(port, "127.0.0.1", () => console.log("listening"));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
