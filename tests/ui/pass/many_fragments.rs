//! More fragments than rustc's limit of recursion has levels.

#![deny(warnings)]

mod parts {
    policy_macros::policy_fragment! { pub(crate) f0 { grants { autogroup:member -> tag:web on 1001; } } }
    policy_macros::policy_fragment! { pub(crate) f1 { grants { autogroup:member -> tag:web on 1002; } } }
    policy_macros::policy_fragment! { pub(crate) f2 { grants { autogroup:member -> tag:web on 1003; } } }
    policy_macros::policy_fragment! { pub(crate) f3 { grants { autogroup:member -> tag:web on 1004; } } }
    policy_macros::policy_fragment! { pub(crate) f4 { grants { autogroup:member -> tag:web on 1005; } } }
    policy_macros::policy_fragment! { pub(crate) f5 { grants { autogroup:member -> tag:web on 1006; } } }
    policy_macros::policy_fragment! { pub(crate) f6 { grants { autogroup:member -> tag:web on 1007; } } }
    policy_macros::policy_fragment! { pub(crate) f7 { grants { autogroup:member -> tag:web on 1008; } } }
    policy_macros::policy_fragment! { pub(crate) f8 { grants { autogroup:member -> tag:web on 1009; } } }
    policy_macros::policy_fragment! { pub(crate) f9 { grants { autogroup:member -> tag:web on 1010; } } }
    policy_macros::policy_fragment! { pub(crate) f10 { grants { autogroup:member -> tag:web on 1011; } } }
    policy_macros::policy_fragment! { pub(crate) f11 { grants { autogroup:member -> tag:web on 1012; } } }
    policy_macros::policy_fragment! { pub(crate) f12 { grants { autogroup:member -> tag:web on 1013; } } }
    policy_macros::policy_fragment! { pub(crate) f13 { grants { autogroup:member -> tag:web on 1014; } } }
    policy_macros::policy_fragment! { pub(crate) f14 { grants { autogroup:member -> tag:web on 1015; } } }
    policy_macros::policy_fragment! { pub(crate) f15 { grants { autogroup:member -> tag:web on 1016; } } }
    policy_macros::policy_fragment! { pub(crate) f16 { grants { autogroup:member -> tag:web on 1017; } } }
    policy_macros::policy_fragment! { pub(crate) f17 { grants { autogroup:member -> tag:web on 1018; } } }
    policy_macros::policy_fragment! { pub(crate) f18 { grants { autogroup:member -> tag:web on 1019; } } }
    policy_macros::policy_fragment! { pub(crate) f19 { grants { autogroup:member -> tag:web on 1020; } } }
    policy_macros::policy_fragment! { pub(crate) f20 { grants { autogroup:member -> tag:web on 1021; } } }
    policy_macros::policy_fragment! { pub(crate) f21 { grants { autogroup:member -> tag:web on 1022; } } }
    policy_macros::policy_fragment! { pub(crate) f22 { grants { autogroup:member -> tag:web on 1023; } } }
    policy_macros::policy_fragment! { pub(crate) f23 { grants { autogroup:member -> tag:web on 1024; } } }
    policy_macros::policy_fragment! { pub(crate) f24 { grants { autogroup:member -> tag:web on 1025; } } }
    policy_macros::policy_fragment! { pub(crate) f25 { grants { autogroup:member -> tag:web on 1026; } } }
    policy_macros::policy_fragment! { pub(crate) f26 { grants { autogroup:member -> tag:web on 1027; } } }
    policy_macros::policy_fragment! { pub(crate) f27 { grants { autogroup:member -> tag:web on 1028; } } }
    policy_macros::policy_fragment! { pub(crate) f28 { grants { autogroup:member -> tag:web on 1029; } } }
    policy_macros::policy_fragment! { pub(crate) f29 { grants { autogroup:member -> tag:web on 1030; } } }
    policy_macros::policy_fragment! { pub(crate) f30 { grants { autogroup:member -> tag:web on 1031; } } }
    policy_macros::policy_fragment! { pub(crate) f31 { grants { autogroup:member -> tag:web on 1032; } } }
    policy_macros::policy_fragment! { pub(crate) f32 { grants { autogroup:member -> tag:web on 1033; } } }
    policy_macros::policy_fragment! { pub(crate) f33 { grants { autogroup:member -> tag:web on 1034; } } }
    policy_macros::policy_fragment! { pub(crate) f34 { grants { autogroup:member -> tag:web on 1035; } } }
    policy_macros::policy_fragment! { pub(crate) f35 { grants { autogroup:member -> tag:web on 1036; } } }
    policy_macros::policy_fragment! { pub(crate) f36 { grants { autogroup:member -> tag:web on 1037; } } }
    policy_macros::policy_fragment! { pub(crate) f37 { grants { autogroup:member -> tag:web on 1038; } } }
    policy_macros::policy_fragment! { pub(crate) f38 { grants { autogroup:member -> tag:web on 1039; } } }
    policy_macros::policy_fragment! { pub(crate) f39 { grants { autogroup:member -> tag:web on 1040; } } }
    policy_macros::policy_fragment! { pub(crate) f40 { grants { autogroup:member -> tag:web on 1041; } } }
    policy_macros::policy_fragment! { pub(crate) f41 { grants { autogroup:member -> tag:web on 1042; } } }
    policy_macros::policy_fragment! { pub(crate) f42 { grants { autogroup:member -> tag:web on 1043; } } }
    policy_macros::policy_fragment! { pub(crate) f43 { grants { autogroup:member -> tag:web on 1044; } } }
    policy_macros::policy_fragment! { pub(crate) f44 { grants { autogroup:member -> tag:web on 1045; } } }
    policy_macros::policy_fragment! { pub(crate) f45 { grants { autogroup:member -> tag:web on 1046; } } }
    policy_macros::policy_fragment! { pub(crate) f46 { grants { autogroup:member -> tag:web on 1047; } } }
    policy_macros::policy_fragment! { pub(crate) f47 { grants { autogroup:member -> tag:web on 1048; } } }
    policy_macros::policy_fragment! { pub(crate) f48 { grants { autogroup:member -> tag:web on 1049; } } }
    policy_macros::policy_fragment! { pub(crate) f49 { grants { autogroup:member -> tag:web on 1050; } } }
    policy_macros::policy_fragment! { pub(crate) f50 { grants { autogroup:member -> tag:web on 1051; } } }
    policy_macros::policy_fragment! { pub(crate) f51 { grants { autogroup:member -> tag:web on 1052; } } }
    policy_macros::policy_fragment! { pub(crate) f52 { grants { autogroup:member -> tag:web on 1053; } } }
    policy_macros::policy_fragment! { pub(crate) f53 { grants { autogroup:member -> tag:web on 1054; } } }
    policy_macros::policy_fragment! { pub(crate) f54 { grants { autogroup:member -> tag:web on 1055; } } }
    policy_macros::policy_fragment! { pub(crate) f55 { grants { autogroup:member -> tag:web on 1056; } } }
    policy_macros::policy_fragment! { pub(crate) f56 { grants { autogroup:member -> tag:web on 1057; } } }
    policy_macros::policy_fragment! { pub(crate) f57 { grants { autogroup:member -> tag:web on 1058; } } }
    policy_macros::policy_fragment! { pub(crate) f58 { grants { autogroup:member -> tag:web on 1059; } } }
    policy_macros::policy_fragment! { pub(crate) f59 { grants { autogroup:member -> tag:web on 1060; } } }
    policy_macros::policy_fragment! { pub(crate) f60 { grants { autogroup:member -> tag:web on 1061; } } }
    policy_macros::policy_fragment! { pub(crate) f61 { grants { autogroup:member -> tag:web on 1062; } } }
    policy_macros::policy_fragment! { pub(crate) f62 { grants { autogroup:member -> tag:web on 1063; } } }
    policy_macros::policy_fragment! { pub(crate) f63 { grants { autogroup:member -> tag:web on 1064; } } }
    policy_macros::policy_fragment! { pub(crate) f64 { grants { autogroup:member -> tag:web on 1065; } } }
    policy_macros::policy_fragment! { pub(crate) f65 { grants { autogroup:member -> tag:web on 1066; } } }
    policy_macros::policy_fragment! { pub(crate) f66 { grants { autogroup:member -> tag:web on 1067; } } }
    policy_macros::policy_fragment! { pub(crate) f67 { grants { autogroup:member -> tag:web on 1068; } } }
    policy_macros::policy_fragment! { pub(crate) f68 { grants { autogroup:member -> tag:web on 1069; } } }
    policy_macros::policy_fragment! { pub(crate) f69 { grants { autogroup:member -> tag:web on 1070; } } }
    policy_macros::policy_fragment! { pub(crate) f70 { grants { autogroup:member -> tag:web on 1071; } } }
    policy_macros::policy_fragment! { pub(crate) f71 { grants { autogroup:member -> tag:web on 1072; } } }
    policy_macros::policy_fragment! { pub(crate) f72 { grants { autogroup:member -> tag:web on 1073; } } }
    policy_macros::policy_fragment! { pub(crate) f73 { grants { autogroup:member -> tag:web on 1074; } } }
    policy_macros::policy_fragment! { pub(crate) f74 { grants { autogroup:member -> tag:web on 1075; } } }
    policy_macros::policy_fragment! { pub(crate) f75 { grants { autogroup:member -> tag:web on 1076; } } }
    policy_macros::policy_fragment! { pub(crate) f76 { grants { autogroup:member -> tag:web on 1077; } } }
    policy_macros::policy_fragment! { pub(crate) f77 { grants { autogroup:member -> tag:web on 1078; } } }
    policy_macros::policy_fragment! { pub(crate) f78 { grants { autogroup:member -> tag:web on 1079; } } }
    policy_macros::policy_fragment! { pub(crate) f79 { grants { autogroup:member -> tag:web on 1080; } } }
    policy_macros::policy_fragment! { pub(crate) f80 { grants { autogroup:member -> tag:web on 1081; } } }
    policy_macros::policy_fragment! { pub(crate) f81 { grants { autogroup:member -> tag:web on 1082; } } }
    policy_macros::policy_fragment! { pub(crate) f82 { grants { autogroup:member -> tag:web on 1083; } } }
    policy_macros::policy_fragment! { pub(crate) f83 { grants { autogroup:member -> tag:web on 1084; } } }
    policy_macros::policy_fragment! { pub(crate) f84 { grants { autogroup:member -> tag:web on 1085; } } }
    policy_macros::policy_fragment! { pub(crate) f85 { grants { autogroup:member -> tag:web on 1086; } } }
    policy_macros::policy_fragment! { pub(crate) f86 { grants { autogroup:member -> tag:web on 1087; } } }
    policy_macros::policy_fragment! { pub(crate) f87 { grants { autogroup:member -> tag:web on 1088; } } }
    policy_macros::policy_fragment! { pub(crate) f88 { grants { autogroup:member -> tag:web on 1089; } } }
    policy_macros::policy_fragment! { pub(crate) f89 { grants { autogroup:member -> tag:web on 1090; } } }
    policy_macros::policy_fragment! { pub(crate) f90 { grants { autogroup:member -> tag:web on 1091; } } }
    policy_macros::policy_fragment! { pub(crate) f91 { grants { autogroup:member -> tag:web on 1092; } } }
    policy_macros::policy_fragment! { pub(crate) f92 { grants { autogroup:member -> tag:web on 1093; } } }
    policy_macros::policy_fragment! { pub(crate) f93 { grants { autogroup:member -> tag:web on 1094; } } }
    policy_macros::policy_fragment! { pub(crate) f94 { grants { autogroup:member -> tag:web on 1095; } } }
    policy_macros::policy_fragment! { pub(crate) f95 { grants { autogroup:member -> tag:web on 1096; } } }
    policy_macros::policy_fragment! { pub(crate) f96 { grants { autogroup:member -> tag:web on 1097; } } }
    policy_macros::policy_fragment! { pub(crate) f97 { grants { autogroup:member -> tag:web on 1098; } } }
    policy_macros::policy_fragment! { pub(crate) f98 { grants { autogroup:member -> tag:web on 1099; } } }
    policy_macros::policy_fragment! { pub(crate) f99 { grants { autogroup:member -> tag:web on 1100; } } }
    policy_macros::policy_fragment! { pub(crate) f100 { grants { autogroup:member -> tag:web on 1101; } } }
    policy_macros::policy_fragment! { pub(crate) f101 { grants { autogroup:member -> tag:web on 1102; } } }
    policy_macros::policy_fragment! { pub(crate) f102 { grants { autogroup:member -> tag:web on 1103; } } }
    policy_macros::policy_fragment! { pub(crate) f103 { grants { autogroup:member -> tag:web on 1104; } } }
    policy_macros::policy_fragment! { pub(crate) f104 { grants { autogroup:member -> tag:web on 1105; } } }
    policy_macros::policy_fragment! { pub(crate) f105 { grants { autogroup:member -> tag:web on 1106; } } }
    policy_macros::policy_fragment! { pub(crate) f106 { grants { autogroup:member -> tag:web on 1107; } } }
    policy_macros::policy_fragment! { pub(crate) f107 { grants { autogroup:member -> tag:web on 1108; } } }
    policy_macros::policy_fragment! { pub(crate) f108 { grants { autogroup:member -> tag:web on 1109; } } }
    policy_macros::policy_fragment! { pub(crate) f109 { grants { autogroup:member -> tag:web on 1110; } } }
    policy_macros::policy_fragment! { pub(crate) f110 { grants { autogroup:member -> tag:web on 1111; } } }
    policy_macros::policy_fragment! { pub(crate) f111 { grants { autogroup:member -> tag:web on 1112; } } }
    policy_macros::policy_fragment! { pub(crate) f112 { grants { autogroup:member -> tag:web on 1113; } } }
    policy_macros::policy_fragment! { pub(crate) f113 { grants { autogroup:member -> tag:web on 1114; } } }
    policy_macros::policy_fragment! { pub(crate) f114 { grants { autogroup:member -> tag:web on 1115; } } }
    policy_macros::policy_fragment! { pub(crate) f115 { grants { autogroup:member -> tag:web on 1116; } } }
    policy_macros::policy_fragment! { pub(crate) f116 { grants { autogroup:member -> tag:web on 1117; } } }
    policy_macros::policy_fragment! { pub(crate) f117 { grants { autogroup:member -> tag:web on 1118; } } }
    policy_macros::policy_fragment! { pub(crate) f118 { grants { autogroup:member -> tag:web on 1119; } } }
    policy_macros::policy_fragment! { pub(crate) f119 { grants { autogroup:member -> tag:web on 1120; } } }
    policy_macros::policy_fragment! { pub(crate) f120 { grants { autogroup:member -> tag:web on 1121; } } }
    policy_macros::policy_fragment! { pub(crate) f121 { grants { autogroup:member -> tag:web on 1122; } } }
    policy_macros::policy_fragment! { pub(crate) f122 { grants { autogroup:member -> tag:web on 1123; } } }
    policy_macros::policy_fragment! { pub(crate) f123 { grants { autogroup:member -> tag:web on 1124; } } }
    policy_macros::policy_fragment! { pub(crate) f124 { grants { autogroup:member -> tag:web on 1125; } } }
    policy_macros::policy_fragment! { pub(crate) f125 { grants { autogroup:member -> tag:web on 1126; } } }
    policy_macros::policy_fragment! { pub(crate) f126 { grants { autogroup:member -> tag:web on 1127; } } }
    policy_macros::policy_fragment! { pub(crate) f127 { grants { autogroup:member -> tag:web on 1128; } } }
    policy_macros::policy_fragment! { pub(crate) f128 { grants { autogroup:member -> tag:web on 1129; } } }
    policy_macros::policy_fragment! { pub(crate) f129 { grants { autogroup:member -> tag:web on 1130; } } }
    policy_macros::policy_fragment! { pub(crate) f130 { grants { autogroup:member -> tag:web on 1131; } } }
    policy_macros::policy_fragment! { pub(crate) f131 { grants { autogroup:member -> tag:web on 1132; } } }
    policy_macros::policy_fragment! { pub(crate) f132 { grants { autogroup:member -> tag:web on 1133; } } }
    policy_macros::policy_fragment! { pub(crate) f133 { grants { autogroup:member -> tag:web on 1134; } } }
    policy_macros::policy_fragment! { pub(crate) f134 { grants { autogroup:member -> tag:web on 1135; } } }
    policy_macros::policy_fragment! { pub(crate) f135 { grants { autogroup:member -> tag:web on 1136; } } }
    policy_macros::policy_fragment! { pub(crate) f136 { grants { autogroup:member -> tag:web on 1137; } } }
    policy_macros::policy_fragment! { pub(crate) f137 { grants { autogroup:member -> tag:web on 1138; } } }
    policy_macros::policy_fragment! { pub(crate) f138 { grants { autogroup:member -> tag:web on 1139; } } }
    policy_macros::policy_fragment! { pub(crate) f139 { grants { autogroup:member -> tag:web on 1140; } } }
    policy_macros::policy_fragment! { pub(crate) f140 { grants { autogroup:member -> tag:web on 1141; } } }
    policy_macros::policy_fragment! { pub(crate) f141 { grants { autogroup:member -> tag:web on 1142; } } }
    policy_macros::policy_fragment! { pub(crate) f142 { grants { autogroup:member -> tag:web on 1143; } } }
    policy_macros::policy_fragment! { pub(crate) f143 { grants { autogroup:member -> tag:web on 1144; } } }
    policy_macros::policy_fragment! { pub(crate) f144 { grants { autogroup:member -> tag:web on 1145; } } }
    policy_macros::policy_fragment! { pub(crate) f145 { grants { autogroup:member -> tag:web on 1146; } } }
    policy_macros::policy_fragment! { pub(crate) f146 { grants { autogroup:member -> tag:web on 1147; } } }
    policy_macros::policy_fragment! { pub(crate) f147 { grants { autogroup:member -> tag:web on 1148; } } }
    policy_macros::policy_fragment! { pub(crate) f148 { grants { autogroup:member -> tag:web on 1149; } } }
    policy_macros::policy_fragment! { pub(crate) f149 { grants { autogroup:member -> tag:web on 1150; } } }
    policy_macros::policy_fragment! { pub(crate) f150 { grants { autogroup:member -> tag:web on 1151; } } }
    policy_macros::policy_fragment! { pub(crate) f151 { grants { autogroup:member -> tag:web on 1152; } } }
    policy_macros::policy_fragment! { pub(crate) f152 { grants { autogroup:member -> tag:web on 1153; } } }
    policy_macros::policy_fragment! { pub(crate) f153 { grants { autogroup:member -> tag:web on 1154; } } }
    policy_macros::policy_fragment! { pub(crate) f154 { grants { autogroup:member -> tag:web on 1155; } } }
    policy_macros::policy_fragment! { pub(crate) f155 { grants { autogroup:member -> tag:web on 1156; } } }
    policy_macros::policy_fragment! { pub(crate) f156 { grants { autogroup:member -> tag:web on 1157; } } }
    policy_macros::policy_fragment! { pub(crate) f157 { grants { autogroup:member -> tag:web on 1158; } } }
    policy_macros::policy_fragment! { pub(crate) f158 { grants { autogroup:member -> tag:web on 1159; } } }
    policy_macros::policy_fragment! { pub(crate) f159 { grants { autogroup:member -> tag:web on 1160; } } }
    policy_macros::policy_fragment! { pub(crate) f160 { grants { autogroup:member -> tag:web on 1161; } } }
    policy_macros::policy_fragment! { pub(crate) f161 { grants { autogroup:member -> tag:web on 1162; } } }
    policy_macros::policy_fragment! { pub(crate) f162 { grants { autogroup:member -> tag:web on 1163; } } }
    policy_macros::policy_fragment! { pub(crate) f163 { grants { autogroup:member -> tag:web on 1164; } } }
    policy_macros::policy_fragment! { pub(crate) f164 { grants { autogroup:member -> tag:web on 1165; } } }
    policy_macros::policy_fragment! { pub(crate) f165 { grants { autogroup:member -> tag:web on 1166; } } }
    policy_macros::policy_fragment! { pub(crate) f166 { grants { autogroup:member -> tag:web on 1167; } } }
    policy_macros::policy_fragment! { pub(crate) f167 { grants { autogroup:member -> tag:web on 1168; } } }
    policy_macros::policy_fragment! { pub(crate) f168 { grants { autogroup:member -> tag:web on 1169; } } }
    policy_macros::policy_fragment! { pub(crate) f169 { grants { autogroup:member -> tag:web on 1170; } } }
    policy_macros::policy_fragment! { pub(crate) f170 { grants { autogroup:member -> tag:web on 1171; } } }
    policy_macros::policy_fragment! { pub(crate) f171 { grants { autogroup:member -> tag:web on 1172; } } }
    policy_macros::policy_fragment! { pub(crate) f172 { grants { autogroup:member -> tag:web on 1173; } } }
    policy_macros::policy_fragment! { pub(crate) f173 { grants { autogroup:member -> tag:web on 1174; } } }
    policy_macros::policy_fragment! { pub(crate) f174 { grants { autogroup:member -> tag:web on 1175; } } }
    policy_macros::policy_fragment! { pub(crate) f175 { grants { autogroup:member -> tag:web on 1176; } } }
    policy_macros::policy_fragment! { pub(crate) f176 { grants { autogroup:member -> tag:web on 1177; } } }
    policy_macros::policy_fragment! { pub(crate) f177 { grants { autogroup:member -> tag:web on 1178; } } }
    policy_macros::policy_fragment! { pub(crate) f178 { grants { autogroup:member -> tag:web on 1179; } } }
    policy_macros::policy_fragment! { pub(crate) f179 { grants { autogroup:member -> tag:web on 1180; } } }
    policy_macros::policy_fragment! { pub(crate) f180 { grants { autogroup:member -> tag:web on 1181; } } }
    policy_macros::policy_fragment! { pub(crate) f181 { grants { autogroup:member -> tag:web on 1182; } } }
    policy_macros::policy_fragment! { pub(crate) f182 { grants { autogroup:member -> tag:web on 1183; } } }
    policy_macros::policy_fragment! { pub(crate) f183 { grants { autogroup:member -> tag:web on 1184; } } }
    policy_macros::policy_fragment! { pub(crate) f184 { grants { autogroup:member -> tag:web on 1185; } } }
    policy_macros::policy_fragment! { pub(crate) f185 { grants { autogroup:member -> tag:web on 1186; } } }
    policy_macros::policy_fragment! { pub(crate) f186 { grants { autogroup:member -> tag:web on 1187; } } }
    policy_macros::policy_fragment! { pub(crate) f187 { grants { autogroup:member -> tag:web on 1188; } } }
    policy_macros::policy_fragment! { pub(crate) f188 { grants { autogroup:member -> tag:web on 1189; } } }
    policy_macros::policy_fragment! { pub(crate) f189 { grants { autogroup:member -> tag:web on 1190; } } }
    policy_macros::policy_fragment! { pub(crate) f190 { grants { autogroup:member -> tag:web on 1191; } } }
    policy_macros::policy_fragment! { pub(crate) f191 { grants { autogroup:member -> tag:web on 1192; } } }
    policy_macros::policy_fragment! { pub(crate) f192 { grants { autogroup:member -> tag:web on 1193; } } }
    policy_macros::policy_fragment! { pub(crate) f193 { grants { autogroup:member -> tag:web on 1194; } } }
    policy_macros::policy_fragment! { pub(crate) f194 { grants { autogroup:member -> tag:web on 1195; } } }
    policy_macros::policy_fragment! { pub(crate) f195 { grants { autogroup:member -> tag:web on 1196; } } }
    policy_macros::policy_fragment! { pub(crate) f196 { grants { autogroup:member -> tag:web on 1197; } } }
    policy_macros::policy_fragment! { pub(crate) f197 { grants { autogroup:member -> tag:web on 1198; } } }
    policy_macros::policy_fragment! { pub(crate) f198 { grants { autogroup:member -> tag:web on 1199; } } }
    policy_macros::policy_fragment! { pub(crate) f199 { grants { autogroup:member -> tag:web on 1200; } } }
    policy_macros::policy_fragment! { pub(crate) f200 { grants { autogroup:member -> tag:web on 1201; } } }
    policy_macros::policy_fragment! { pub(crate) f201 { grants { autogroup:member -> tag:web on 1202; } } }
    policy_macros::policy_fragment! { pub(crate) f202 { grants { autogroup:member -> tag:web on 1203; } } }
    policy_macros::policy_fragment! { pub(crate) f203 { grants { autogroup:member -> tag:web on 1204; } } }
    policy_macros::policy_fragment! { pub(crate) f204 { grants { autogroup:member -> tag:web on 1205; } } }
    policy_macros::policy_fragment! { pub(crate) f205 { grants { autogroup:member -> tag:web on 1206; } } }
    policy_macros::policy_fragment! { pub(crate) f206 { grants { autogroup:member -> tag:web on 1207; } } }
    policy_macros::policy_fragment! { pub(crate) f207 { grants { autogroup:member -> tag:web on 1208; } } }
    policy_macros::policy_fragment! { pub(crate) f208 { grants { autogroup:member -> tag:web on 1209; } } }
    policy_macros::policy_fragment! { pub(crate) f209 { grants { autogroup:member -> tag:web on 1210; } } }
    policy_macros::policy_fragment! { pub(crate) f210 { grants { autogroup:member -> tag:web on 1211; } } }
    policy_macros::policy_fragment! { pub(crate) f211 { grants { autogroup:member -> tag:web on 1212; } } }
    policy_macros::policy_fragment! { pub(crate) f212 { grants { autogroup:member -> tag:web on 1213; } } }
    policy_macros::policy_fragment! { pub(crate) f213 { grants { autogroup:member -> tag:web on 1214; } } }
    policy_macros::policy_fragment! { pub(crate) f214 { grants { autogroup:member -> tag:web on 1215; } } }
    policy_macros::policy_fragment! { pub(crate) f215 { grants { autogroup:member -> tag:web on 1216; } } }
    policy_macros::policy_fragment! { pub(crate) f216 { grants { autogroup:member -> tag:web on 1217; } } }
    policy_macros::policy_fragment! { pub(crate) f217 { grants { autogroup:member -> tag:web on 1218; } } }
    policy_macros::policy_fragment! { pub(crate) f218 { grants { autogroup:member -> tag:web on 1219; } } }
    policy_macros::policy_fragment! { pub(crate) f219 { grants { autogroup:member -> tag:web on 1220; } } }
}

mod tailnet {
    policy_macros::policy! {
        tagOwners { tag:web = autogroup:admin; }
        use crate::many_fragments::parts::f0;
        use crate::many_fragments::parts::f1;
        use crate::many_fragments::parts::f2;
        use crate::many_fragments::parts::f3;
        use crate::many_fragments::parts::f4;
        use crate::many_fragments::parts::f5;
        use crate::many_fragments::parts::f6;
        use crate::many_fragments::parts::f7;
        use crate::many_fragments::parts::f8;
        use crate::many_fragments::parts::f9;
        use crate::many_fragments::parts::f10;
        use crate::many_fragments::parts::f11;
        use crate::many_fragments::parts::f12;
        use crate::many_fragments::parts::f13;
        use crate::many_fragments::parts::f14;
        use crate::many_fragments::parts::f15;
        use crate::many_fragments::parts::f16;
        use crate::many_fragments::parts::f17;
        use crate::many_fragments::parts::f18;
        use crate::many_fragments::parts::f19;
        use crate::many_fragments::parts::f20;
        use crate::many_fragments::parts::f21;
        use crate::many_fragments::parts::f22;
        use crate::many_fragments::parts::f23;
        use crate::many_fragments::parts::f24;
        use crate::many_fragments::parts::f25;
        use crate::many_fragments::parts::f26;
        use crate::many_fragments::parts::f27;
        use crate::many_fragments::parts::f28;
        use crate::many_fragments::parts::f29;
        use crate::many_fragments::parts::f30;
        use crate::many_fragments::parts::f31;
        use crate::many_fragments::parts::f32;
        use crate::many_fragments::parts::f33;
        use crate::many_fragments::parts::f34;
        use crate::many_fragments::parts::f35;
        use crate::many_fragments::parts::f36;
        use crate::many_fragments::parts::f37;
        use crate::many_fragments::parts::f38;
        use crate::many_fragments::parts::f39;
        use crate::many_fragments::parts::f40;
        use crate::many_fragments::parts::f41;
        use crate::many_fragments::parts::f42;
        use crate::many_fragments::parts::f43;
        use crate::many_fragments::parts::f44;
        use crate::many_fragments::parts::f45;
        use crate::many_fragments::parts::f46;
        use crate::many_fragments::parts::f47;
        use crate::many_fragments::parts::f48;
        use crate::many_fragments::parts::f49;
        use crate::many_fragments::parts::f50;
        use crate::many_fragments::parts::f51;
        use crate::many_fragments::parts::f52;
        use crate::many_fragments::parts::f53;
        use crate::many_fragments::parts::f54;
        use crate::many_fragments::parts::f55;
        use crate::many_fragments::parts::f56;
        use crate::many_fragments::parts::f57;
        use crate::many_fragments::parts::f58;
        use crate::many_fragments::parts::f59;
        use crate::many_fragments::parts::f60;
        use crate::many_fragments::parts::f61;
        use crate::many_fragments::parts::f62;
        use crate::many_fragments::parts::f63;
        use crate::many_fragments::parts::f64;
        use crate::many_fragments::parts::f65;
        use crate::many_fragments::parts::f66;
        use crate::many_fragments::parts::f67;
        use crate::many_fragments::parts::f68;
        use crate::many_fragments::parts::f69;
        use crate::many_fragments::parts::f70;
        use crate::many_fragments::parts::f71;
        use crate::many_fragments::parts::f72;
        use crate::many_fragments::parts::f73;
        use crate::many_fragments::parts::f74;
        use crate::many_fragments::parts::f75;
        use crate::many_fragments::parts::f76;
        use crate::many_fragments::parts::f77;
        use crate::many_fragments::parts::f78;
        use crate::many_fragments::parts::f79;
        use crate::many_fragments::parts::f80;
        use crate::many_fragments::parts::f81;
        use crate::many_fragments::parts::f82;
        use crate::many_fragments::parts::f83;
        use crate::many_fragments::parts::f84;
        use crate::many_fragments::parts::f85;
        use crate::many_fragments::parts::f86;
        use crate::many_fragments::parts::f87;
        use crate::many_fragments::parts::f88;
        use crate::many_fragments::parts::f89;
        use crate::many_fragments::parts::f90;
        use crate::many_fragments::parts::f91;
        use crate::many_fragments::parts::f92;
        use crate::many_fragments::parts::f93;
        use crate::many_fragments::parts::f94;
        use crate::many_fragments::parts::f95;
        use crate::many_fragments::parts::f96;
        use crate::many_fragments::parts::f97;
        use crate::many_fragments::parts::f98;
        use crate::many_fragments::parts::f99;
        use crate::many_fragments::parts::f100;
        use crate::many_fragments::parts::f101;
        use crate::many_fragments::parts::f102;
        use crate::many_fragments::parts::f103;
        use crate::many_fragments::parts::f104;
        use crate::many_fragments::parts::f105;
        use crate::many_fragments::parts::f106;
        use crate::many_fragments::parts::f107;
        use crate::many_fragments::parts::f108;
        use crate::many_fragments::parts::f109;
        use crate::many_fragments::parts::f110;
        use crate::many_fragments::parts::f111;
        use crate::many_fragments::parts::f112;
        use crate::many_fragments::parts::f113;
        use crate::many_fragments::parts::f114;
        use crate::many_fragments::parts::f115;
        use crate::many_fragments::parts::f116;
        use crate::many_fragments::parts::f117;
        use crate::many_fragments::parts::f118;
        use crate::many_fragments::parts::f119;
        use crate::many_fragments::parts::f120;
        use crate::many_fragments::parts::f121;
        use crate::many_fragments::parts::f122;
        use crate::many_fragments::parts::f123;
        use crate::many_fragments::parts::f124;
        use crate::many_fragments::parts::f125;
        use crate::many_fragments::parts::f126;
        use crate::many_fragments::parts::f127;
        use crate::many_fragments::parts::f128;
        use crate::many_fragments::parts::f129;
        use crate::many_fragments::parts::f130;
        use crate::many_fragments::parts::f131;
        use crate::many_fragments::parts::f132;
        use crate::many_fragments::parts::f133;
        use crate::many_fragments::parts::f134;
        use crate::many_fragments::parts::f135;
        use crate::many_fragments::parts::f136;
        use crate::many_fragments::parts::f137;
        use crate::many_fragments::parts::f138;
        use crate::many_fragments::parts::f139;
        use crate::many_fragments::parts::f140;
        use crate::many_fragments::parts::f141;
        use crate::many_fragments::parts::f142;
        use crate::many_fragments::parts::f143;
        use crate::many_fragments::parts::f144;
        use crate::many_fragments::parts::f145;
        use crate::many_fragments::parts::f146;
        use crate::many_fragments::parts::f147;
        use crate::many_fragments::parts::f148;
        use crate::many_fragments::parts::f149;
        use crate::many_fragments::parts::f150;
        use crate::many_fragments::parts::f151;
        use crate::many_fragments::parts::f152;
        use crate::many_fragments::parts::f153;
        use crate::many_fragments::parts::f154;
        use crate::many_fragments::parts::f155;
        use crate::many_fragments::parts::f156;
        use crate::many_fragments::parts::f157;
        use crate::many_fragments::parts::f158;
        use crate::many_fragments::parts::f159;
        use crate::many_fragments::parts::f160;
        use crate::many_fragments::parts::f161;
        use crate::many_fragments::parts::f162;
        use crate::many_fragments::parts::f163;
        use crate::many_fragments::parts::f164;
        use crate::many_fragments::parts::f165;
        use crate::many_fragments::parts::f166;
        use crate::many_fragments::parts::f167;
        use crate::many_fragments::parts::f168;
        use crate::many_fragments::parts::f169;
        use crate::many_fragments::parts::f170;
        use crate::many_fragments::parts::f171;
        use crate::many_fragments::parts::f172;
        use crate::many_fragments::parts::f173;
        use crate::many_fragments::parts::f174;
        use crate::many_fragments::parts::f175;
        use crate::many_fragments::parts::f176;
        use crate::many_fragments::parts::f177;
        use crate::many_fragments::parts::f178;
        use crate::many_fragments::parts::f179;
        use crate::many_fragments::parts::f180;
        use crate::many_fragments::parts::f181;
        use crate::many_fragments::parts::f182;
        use crate::many_fragments::parts::f183;
        use crate::many_fragments::parts::f184;
        use crate::many_fragments::parts::f185;
        use crate::many_fragments::parts::f186;
        use crate::many_fragments::parts::f187;
        use crate::many_fragments::parts::f188;
        use crate::many_fragments::parts::f189;
        use crate::many_fragments::parts::f190;
        use crate::many_fragments::parts::f191;
        use crate::many_fragments::parts::f192;
        use crate::many_fragments::parts::f193;
        use crate::many_fragments::parts::f194;
        use crate::many_fragments::parts::f195;
        use crate::many_fragments::parts::f196;
        use crate::many_fragments::parts::f197;
        use crate::many_fragments::parts::f198;
        use crate::many_fragments::parts::f199;
        use crate::many_fragments::parts::f200;
        use crate::many_fragments::parts::f201;
        use crate::many_fragments::parts::f202;
        use crate::many_fragments::parts::f203;
        use crate::many_fragments::parts::f204;
        use crate::many_fragments::parts::f205;
        use crate::many_fragments::parts::f206;
        use crate::many_fragments::parts::f207;
        use crate::many_fragments::parts::f208;
        use crate::many_fragments::parts::f209;
        use crate::many_fragments::parts::f210;
        use crate::many_fragments::parts::f211;
        use crate::many_fragments::parts::f212;
        use crate::many_fragments::parts::f213;
        use crate::many_fragments::parts::f214;
        use crate::many_fragments::parts::f215;
        use crate::many_fragments::parts::f216;
        use crate::many_fragments::parts::f217;
        use crate::many_fragments::parts::f218;
        use crate::many_fragments::parts::f219;
    }
}

#[test]
fn passes() {
    assert_eq!(tailnet::POLICY.grants.as_ref().unwrap().len(), 220);
}
